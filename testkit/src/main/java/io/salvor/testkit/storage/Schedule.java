package io.salvor.testkit.storage;

import io.salvor.engine.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Interleaves actors by their storage operations: one operation at a time, and whose is next goes
 * by a seed. An actor goes on for a while, a few operations or very many, while all others sleep;
 * so one may sleep over everything that another does. It is also the clock: each operation takes a
 * second.
 */
public final class Schedule implements InstantSource {
  private static final int LONGEST = 200;

  /** Whether each operation is printed when its turn has come. */
  private static final boolean TRACED = Boolean.getBoolean("salvor.test.trace");

  private final Random random;
  private final Map<String, Integer> waiting = new HashMap<>();
  private final List<String> alive = new ArrayList<>();
  private final Map<String, Condition> conditions = new TreeMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Instant now;
  private @Nullable String turn;
  private @Nullable String granted;
  private int left;
  private boolean busy;

  public Schedule(long seed, Instant start) {
    this.random = new Random(seed);
    this.now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** The storage as one actor sees it. */
  public Storage view(String actor, Storage storage) {
    return new SteppedStorage(
        storage,
        new SteppedStorage.Stepper() {
          @Override
          public void before(Operation operation) {
            enter(actor);
            if (TRACED) {
              System.out.println(instant() + " " + actor + " " + operation);
            }
          }

          @Override
          public void after(Operation operation) {
            leave();
          }
        });
  }

  /** Lets one actor wait while others go on. */
  public void sleep(String actor, Duration time) {
    Instant until = instant().plus(time);
    while (instant().isBefore(until)) {
      enter(actor);
      leave();
    }
  }

  /** Runs all of them to their ends; the first failure is thrown. */
  public void run(Map<String, Callable<Void>> actors) throws Exception {
    lock.lock();
    try {
      turn = null;
      alive.addAll(actors.keySet().stream().sorted().toList());
    } finally {
      lock.unlock();
    }
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      List<Future<Void>> running = new ArrayList<>();
      actors.forEach(
          (name, actor) ->
              running.add(
                  threads.submit(
                      () -> {
                        try {
                          return actor.call();
                        } finally {
                          ended(name);
                        }
                      })));
      for (Future<Void> actor : running) {
        try {
          actor.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Exception cause) {
            throw cause;
          }
          throw e;
        }
      }
    }
  }

  private void ended(String actor) {
    lock.lock();
    try {
      alive.remove(actor);
      if (actor.equals(turn)) {
        turn = null;
      }
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  private void enter(String actor) {
    lock.lock();
    try {
      Condition mine = conditions.computeIfAbsent(actor, name -> lock.newCondition());
      waiting.merge(actor, 1, Integer::sum);
      dispatch();
      while (!actor.equals(granted)) {
        mine.awaitUninterruptibly();
      }
      granted = null;
      busy = true;
      waiting.merge(actor, -1, Integer::sum);
      left--;
      now = now.plusSeconds(1);
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      busy = false;
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  /** Lets one operation go on, if it is clear whose. */
  private void dispatch() {
    if (busy || granted != null) {
      return;
    }
    if (turn == null || left <= 0) {
      // Nobody is chosen before everybody who lives has come, for else the threads would decide.
      if (!alive.stream().allMatch(this::isWaiting)) {
        return;
      }
      turn = alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
      left = 1 + (int) Math.pow(LONGEST, random.nextDouble() * random.nextDouble());
    }
    String next = turn;
    if (next == null || !isWaiting(next)) {
      // Who has ended has threads that end, and before all begin there is but one.
      next =
          conditions.keySet().stream()
              .filter(name -> !alive.contains(name) && isWaiting(name))
              .findFirst()
              .orElse(null);
    }
    Condition condition = next == null ? null : conditions.get(next);
    if (condition != null) {
      granted = next;
      condition.signalAll();
    }
  }

  private boolean isWaiting(String actor) {
    return waiting.getOrDefault(actor, 0) > 0;
  }
}
