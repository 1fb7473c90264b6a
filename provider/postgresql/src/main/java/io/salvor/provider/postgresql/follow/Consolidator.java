package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidation;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts tails into segments now and then, beside the follower that writes them. */
final class Consolidator implements AutoCloseable {
  private static final int MOST_TAILS = 1500;
  private static final long MOST_BYTES = 256L << 20;

  private final Repository repository;
  private final String source;
  private final FollowOptions options;
  private final FollowEvents events;
  private final Bases bases;
  private Instant last;
  private int tails;
  private long bytes;
  private @Nullable Thread work;
  private volatile boolean cancelled;
  private volatile @Nullable SalvorException fatal;

  Consolidator(Repository repository, String source, FollowOptions options, FollowEvents events) {
    this.repository = repository;
    this.source = source;
    this.options = options;
    this.events = events;
    this.bases = new Bases(repository);
    this.last = repository.now();
  }

  /** So many tails were there before. */
  void found(int there) {
    tails += there;
  }

  /** One more tail is there. */
  void stored(int length) {
    tails++;
    bytes += length;
  }

  /**
   * Begins, if it is time.
   *
   * @throws SalvorException if the repository does not take anything of this follower any more
   */
  void poll(Instant now) {
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
              WalArchives.PROVIDER,
              options.host(),
              options.author(),
              bases.horizon(),
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
          "WAL that was captured is gone from the repository: on timeline "
              + lost.timeline()
              + " from "
              + new Lsn(lost.from())
              + " to "
              + new Lsn(lost.to()));
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
