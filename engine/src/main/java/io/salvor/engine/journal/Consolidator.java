package io.salvor.engine.journal;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts tails into segments now and then, beside the follower that writes them. */
public final class Consolidator implements AutoCloseable {
  private static final int MOST_TAILS = 1500;
  private static final long MOST_BYTES = 256L << 20;

  private final Repository repository;
  private final String source;
  private final String provider;
  private final FollowOptions options;
  private final FollowEvents events;
  private final Needs needs;
  private final Places places;
  private Instant last;
  private int tails;
  private long bytes;
  private @Nullable Thread work;
  private volatile boolean cancelled;
  private volatile @Nullable SalvorException fatal;

  /** Tells what of the log is still needed; asked by one thread. */
  @FunctionalInterface
  public interface Needs {
    /** As of now. */
    Horizon horizon() throws IOException;
  }

  /** Writes positions as the source does. */
  @FunctionalInterface
  public interface Places {
    /** One of a timeline. */
    String text(long timeline, long position);
  }

  /**
   * One that has not begun.
   *
   * @param source the address in its normal form
   * @param provider the name of the journal's provider
   */
  public Consolidator(
      Repository repository,
      String source,
      String provider,
      FollowOptions options,
      FollowEvents events,
      Needs needs,
      Places places) {
    this.repository = repository;
    this.source = source;
    this.provider = provider;
    this.options = options;
    this.events = events;
    this.needs = needs;
    this.places = places;
    this.last = repository.now();
  }

  /** So many tails were there before. */
  public void found(int there) {
    tails += there;
  }

  /** One more tail is there. */
  public void stored(int length) {
    tails++;
    bytes += length;
  }

  /**
   * Begins, if it is time.
   *
   * @throws SalvorException if the repository does not take anything of this follower any more
   */
  public void poll(Instant now) {
    SalvorException stop = fatal;
    if (stop != null) {
      throw stop;
    }
    Thread running = work;
    Duration since = Duration.between(last, now);
    boolean due =
        tails >= MOST_TAILS
            || bytes >= MOST_BYTES
            || since.compareTo(options.consolidateAfter()) >= 0
            || since.isNegative();
    if (tails == 0 || !due || running != null && running.isAlive()) {
      return;
    }
    tails = 0;
    bytes = 0;
    last = now;
    work = Thread.ofPlatform().daemon().name("consolidation").start(this::run);
  }

  private void run() {
    try {
      repository.followNewestEpoch();
      Optional<Consolidation.Report> report =
          Consolidation.run(
              repository,
              source,
              provider,
              options.host(),
              options.author(),
              needs.horizon(),
              new Cancelling());
      report.ifPresent(this::tell);
    } catch (SalvorException e) {
      switch (e.code()) {
        case CREDENTIAL_WITHDRAWN, AUTHORITY_SUCCEEDED, EPOCH_NOT_GRANTED -> fatal = e;
        case SESSION_CANCELLED -> {}
        default -> warn(e.code().code(), e.getMessage() + ": " + e.why());
      }
    } catch (IOException | RuntimeException e) {
      warn(ErrorCode.STORAGE_FAILED.code(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Consolidation.Report report) {
    for (Journals.Lost lost : report.lost()) {
      warn(
          ErrorCode.JOURNAL_DAMAGED.code(),
          "what was captured of the log is gone from the repository: on timeline "
              + lost.timeline()
              + " from "
              + places.text(lost.timeline(), lost.from())
              + " to "
              + places.text(lost.timeline(), lost.to()));
    }
    events.consolidated(report.tails());
  }

  private void warn(String code, String message) {
    if (!cancelled) {
      events.warning(code, "tails were not put into segments: " + message);
    }
  }

  /** Asks it to stop, and waits. */
  @Override
  public void close() throws InterruptedException {
    cancelled = true;
    Thread running = work;
    if (running != null) {
      running.join();
    }
  }

  /** Who is cancelled so leaves no session behind. */
  private final class Cancelling implements Progress {
    @Override
    public void checkCancelled() {
      if (cancelled) {
        throw new SalvorException(
            ErrorCode.SESSION_CANCELLED,
            "The follower is stopped",
            "somebody has asked for it",
            "");
      }
    }
  }
}
