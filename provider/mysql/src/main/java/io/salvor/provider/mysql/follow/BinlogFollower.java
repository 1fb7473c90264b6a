package io.salvor.provider.mysql.follow;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.journal.Consolidator;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Following;
import io.salvor.engine.journal.Horizon;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Troubles;
import io.salvor.provider.mysql.binlog.BasePoint;
import io.salvor.provider.mysql.binlog.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows the binary log of one server until it is stopped: connects, and connects again whenever
 * the connection is lost.
 */
public final class BinlogFollower implements Following {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  // Numbers of replicas that people give are small.
  private static final int REPLICAS = 0x40000000;

  private final Repository repository;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final FollowOptions options;
  private final FollowEvents events;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopping = lock.newCondition();
  private boolean stopped;
  private @Nullable FollowSession session;

  /**
   * A follower that has not begun.
   *
   * @param endpoint a server; a database in it is left aside, for the log is of all of them
   */
  public BinlogFollower(
      Repository repository,
      Endpoint endpoint,
      Passwords passwords,
      FollowOptions options,
      FollowEvents events) {
    this.repository = repository;
    this.endpoint = endpoint.in("");
    this.passwords = passwords;
    this.options = options;
    this.events = events;
  }

  /** The follower's number among a server's replicas: the same whenever it comes back. */
  private int replica() {
    return REPLICAS | repository.id().toString().hashCode() & 0x3fffffff;
  }

  @Override
  public void run() throws IOException, InterruptedException {
    JournalWriter.requireUsable(repository);
    FollowState state = new FollowState(endpoint.normal(), replica());
    BasePoint.Reader bases = new BasePoint.Reader(repository);
    try (Consolidator consolidator =
        new Consolidator(
            repository,
            state.source,
            CapturedLog.PROVIDER,
            options,
            events,
            () -> needed(bases, state),
            (file, offset) -> file + ":" + offset)) {
      Duration pause = FIRST_PAUSE;
      while (begin(state, consolidator)) {
        String why;
        long before = state.received;
        try {
          FollowSession now = session;
          if (now != null) {
            now.run();
          }
          why = "the server has ended the stream";
        } catch (IOException e) {
          if (!state.streamed && isFinal(e)) {
            throw new Troubles(
                    endpoint,
                    ErrorCode.SOURCE_UNREADABLE,
                    "The server " + endpoint + " cannot be followed")
                .told(e);
          }
          why = String.valueOf(e.getMessage());
        }
        if (state.received > before) {
          pause = FIRST_PAUSE;
        }
        if (!pause(pause, why)) {
          return;
        }
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    }
  }

  /** What is followed now stays, so that it can be gone on with. */
  private Horizon needed(BasePoint.Reader bases, FollowState state) throws IOException {
    Horizon old = bases.horizon(endpoint.place());
    long current = state.file;
    return (system, file) -> file >= current ? 0 : old.from(system, file);
  }

  @Override
  public void stop() {
    lock.lock();
    try {
      stopped = true;
      stopping.signalAll();
      if (session != null) {
        session.stop();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean begin(FollowState state, Consolidator consolidator) {
    lock.lock();
    try {
      session =
          stopped
              ? null
              : new FollowSession(
                  repository, endpoint, passwords, options, events, state, consolidator);
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  private boolean pause(Duration pause, String why) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (stopped) {
        return false;
      }
      events.reconnecting(why, pause);
      long left = pause.toNanos();
      while (left > 0 && !stopped) {
        left = stopping.awaitNanos(left);
      }
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  /** Whether trying again is no use before somebody has changed something. */
  private static boolean isFinal(IOException e) {
    return e instanceof ServerError refused && !refused.fatal();
  }
}
