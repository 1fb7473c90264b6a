package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidator;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Following;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.ServerFailures;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.protocol.EncryptionRefused;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.PasswordMissing;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows one cluster until it is stopped: connects, and connects again whenever the connection is
 * lost. What was acknowledged to the server is in the repository, however the follower ends.
 */
public final class Follower implements Following {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final String NO_LOGIN = "28";
  private static final String NO_RIGHT = "42501";

  private final Repository repository;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final FollowOptions options;
  private final FollowEvents events;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopping = lock.newCondition();
  private boolean stopped;
  private @Nullable FollowSession session;

  /** A follower that has not begun. */
  public Follower(
      Repository repository,
      Endpoint endpoint,
      Passwords passwords,
      FollowOptions options,
      FollowEvents events) {
    this.repository = repository;
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.options = options;
    this.events = events;
  }

  /** The name of the slot in which a server keeps WAL for a repository. */
  public static String slot(Repository repository) {
    return "salvor_" + repository.id().toString().substring(0, 16);
  }

  @Override
  public void run() throws IOException, InterruptedException {
    JournalWriter.requireUsable(repository);
    String source = ClusterProvider.addressOf(endpoint);
    try (Consolidator consolidator =
        new Consolidator(
            repository,
            source,
            WalArchives.PROVIDER,
            options,
            events,
            new Bases(repository)::horizon,
            (timeline, position) -> new Lsn(position).toString())) {
      FollowState state = new FollowState(source, slot(repository));
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
            throw ServerFailures.told(e, endpoint);
          }
          why = String.valueOf(e.getMessage());
        } catch (SalvorException e) {
          // Of the repository: what is out of reach now may come back.
          if (!e.code().retry() || !state.streamed) {
            throw e;
          }
          why = e.getMessage() + ": " + e.why();
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
    if (e instanceof ServerError refused) {
      return refused.state().startsWith(NO_LOGIN) || refused.state().equals(NO_RIGHT);
    }
    return e instanceof UnknownHostException
        || e instanceof PasswordMissing
        || e instanceof EncryptionRefused;
  }
}
