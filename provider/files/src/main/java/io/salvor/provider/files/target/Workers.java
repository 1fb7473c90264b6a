package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do what one thread gives them, in batches, so that small files cost no hand-over
 * each. After a failure that concerns everything nothing more is begun.
 */
final class Workers implements AutoCloseable {
  static final long LARGE = 16L << 20;
  private static final int BATCH = 32;
  private static final long BATCH_BYTES = 1 << 20;

  /** Something to be done. */
  interface Work {
    void run() throws IOException;
  }

  private record Task(Work work, Runnable after) {}

  private static final List<Task> END = List.of();

  private final int threads;
  private final List<Thread> running = new ArrayList<>();
  private final BlockingQueue<List<Task>> queue = new LinkedBlockingQueue<>();
  private final Semaphore room;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile boolean stopped;
  private List<Task> batch = new ArrayList<>();
  private long batchBytes;

  Workers(int threads) {
    this.threads = threads;
    this.room = new Semaphore(3 * threads);
    for (int i = 0; i < threads; i++) {
      running.add(Thread.ofPlatform().daemon().name("restore-" + i).start(this::work));
    }
  }

  static boolean isLarge(Entry entry) {
    return entry.size() > LARGE;
  }

  /** Adds something to be done; {@code after} runs in any case. */
  void add(Work work, Runnable after, long bytes) throws InterruptedException {
    batch.add(new Task(work, after));
    batchBytes += bytes;
    if (batch.size() >= BATCH || batchBytes >= BATCH_BYTES) {
      flush();
    }
  }

  /** Adds a file that several threads write. */
  void addLarge(LargeFile file, Runnable after) throws InterruptedException {
    flush();
    int parts = file.parts();
    AtomicInteger left = new AtomicInteger(parts);
    for (int i = 0; i < parts; i++) {
      int part = i;
      add(
          () -> file.write(part),
          () -> {
            if (left.decrementAndGet() == 0) {
              try {
                file.finish(hasFailed() || stopped);
              } catch (IOException | RuntimeException e) {
                fail(e);
              } finally {
                after.run();
              }
            }
          },
          BATCH_BYTES);
    }
  }

  private void flush() throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    List<Task> full = batch;
    batch = new ArrayList<>();
    batchBytes = 0;
    unfinished.incrementAndGet();
    room.acquireUninterruptibly();
    queue.add(full);
  }

  private void work() {
    try {
      for (List<Task> tasks = queue.take(); tasks != END; tasks = queue.take()) {
        try {
          tasks.forEach(this::run);
        } finally {
          room.release();
          synchronized (unfinished) {
            unfinished.decrementAndGet();
            unfinished.notifyAll();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Task task) {
    try {
      if (!hasFailed() && !stopped) {
        task.work.run();
      }
    } catch (IOException | RuntimeException | Error e) {
      // Also want of memory: what is not told here would pass for done.
      fail(e);
    }
    try {
      task.after.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Keeps the first failure that concerns everything. */
  void fail(Throwable e) {
    failure.compareAndSet(null, e);
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** Whether not everything is done that was to be done. */
  boolean hasStopped() {
    return stopped || hasFailed();
  }

  /** Fails if something failed that concerns everything. */
  void requireSound() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case SalvorException e -> throw e;
      case IOException e -> throw new IOException(e.getMessage(), e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Waits until everything is done. */
  void drain() throws InterruptedException {
    flush();
    synchronized (unfinished) {
      while (unfinished.get() > 0) {
        unfinished.wait();
      }
    }
  }

  /** Begins nothing more, and waits for what is under way. */
  void stop() {
    stopped = true;
    settle();
  }

  /** As {@link #drain}, whether interrupted or not. */
  void settle() {
    boolean interrupted = false;
    while (true) {
      try {
        drain();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < threads; i++) {
      queue.add(END);
    }
    boolean interrupted = false;
    for (Thread thread : running) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
