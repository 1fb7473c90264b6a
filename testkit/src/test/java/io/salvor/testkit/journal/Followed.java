package io.salvor.testkit.journal;

import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.follow.Follower;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.wal.Lsn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A follower at work, and what it has told. */
final class Followed implements FollowEvents, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Follower follower;
  private final Thread thread;
  final List<String> told = new ArrayList<>();
  private Lsn durable = Lsn.NONE;
  private int streams;
  private int consolidations;
  private @Nullable Throwable failure;
  private boolean ended;

  Followed(Repository repository, Endpoint endpoint, boolean synchronous, Duration consolidate) {
    follower =
        new Follower(
            repository,
            endpoint,
            Passwords.NONE,
            new FollowOptions("host", "tester", synchronous, consolidate),
            this);
    thread = Thread.ofPlatform().daemon().name("follower").start(this::run);
  }

  private void run() {
    try {
      follower.run();
    } catch (Throwable e) {
      change(() -> failure = e);
    }
    change(() -> ended = true);
  }

  private void change(Runnable job) {
    lock.lock();
    try {
      job.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void await(String what, BooleanSupplier condition) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = PATIENCE.toNanos();
      while (!condition.getAsBoolean()) {
        if (ended || left <= 0) {
          throw new AssertionError("no " + what + "; told: " + told, failure);
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it streams for the n-th time. */
  Followed awaitStreaming(int count) throws InterruptedException {
    await("stream number " + count, () -> streams >= count);
    return this;
  }

  /** Waits until all up to a position is durable. */
  void awaitDurable(Lsn position) throws InterruptedException {
    await("WAL up to " + position, () -> !durable.isBefore(position));
  }

  void awaitConsolidation(int count) throws InterruptedException {
    await("consolidation number " + count, () -> consolidations >= count);
  }

  void awaitTold(String part) throws InterruptedException {
    await("\"" + part + "\"", () -> told.stream().anyMatch(one -> one.contains(part)));
  }

  /** What was told so far. */
  List<String> told() {
    lock.lock();
    try {
      return List.copyOf(told);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void streaming(String position, long timeline) {
    change(
        () -> {
          streams++;
          told.add("streaming " + position + " on " + timeline);
        });
  }

  @Override
  public void reconnecting(String why, Duration in) {
    change(() -> told.add("reconnecting: " + why));
  }

  @Override
  public void gap(long timeline, String from, String to, String why) {
    change(() -> told.add("gap on " + timeline + " from " + from + " to " + to + ": " + why));
  }

  @Override
  public void warning(String code, String message) {
    change(() -> told.add("warning " + code + ": " + message));
  }

  @Override
  public void durable(String position) {
    change(() -> durable = Lsn.parse(position));
  }

  @Override
  public void consolidated(int tails) {
    change(() -> consolidations++);
  }

  /** It has failed, as it should. */
  void forget() {
    change(() -> failure = null);
  }

  @Override
  public void close() throws InterruptedException {
    follower.stop();
    if (!thread.join(Duration.ofNanos(TimeUnit.SECONDS.toNanos(60)))) {
      throw new AssertionError("the follower does not end");
    }
    if (failure != null) {
      throw new AssertionError("the follower has failed", failure);
    }
  }
}
