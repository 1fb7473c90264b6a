package io.salvor.cli.console;

import io.salvor.engine.progress.Progress;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows where a job stands, from a thread of its own, so that the job only counts. Closing it ends
 * the thread and takes the line away.
 */
public final class ProgressReporter implements Progress, AutoCloseable {
  /** Draws what the reporter has counted. */
  interface View {
    /** How long to wait between two pictures. */
    long everyMillis();

    /** A phase has begun. */
    void phase(PrintStream to, String name);

    /** The state of things. */
    void show(PrintStream to, Snapshot now);

    /** Something went wrong with one item. */
    void warn(PrintStream to, String code, String key, String message);

    /** The end of the job. */
    void clear(PrintStream to, Snapshot last);
  }

  /**
   * The state of a phase.
   *
   * @param items done
   * @param bytes done
   * @param allItems expected, zero if unknown
   * @param allBytes expected, zero if unknown
   * @param nanos since the phase began
   */
  record Snapshot(
      String phase,
      String current,
      long items,
      long bytes,
      long allItems,
      long allBytes,
      long nanos) {
    /** Bytes per second so far. */
    long rate() {
      return nanos <= 0 ? 0 : (long) (bytes * 1e9 / nanos);
    }

    /** How much is done, from 0 to 1; negative if unknown. */
    double fraction() {
      if (allBytes > 0) {
        return Math.min(1, (double) bytes / allBytes);
      }
      return allItems > 0 ? Math.min(1, (double) items / allItems) : -1;
    }

    /** Nanoseconds that are left at this pace; negative if unknown. */
    long rest() {
      double fraction = fraction();
      return fraction <= 0 || nanos < 500_000_000 ? -1 : (long) (nanos / fraction * (1 - fraction));
    }
  }

  private final PrintStream err;
  private final LongSupplier clock;
  private final Runnable cancellation;
  private final @Nullable View view;
  private final LongAdder items = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String phase = "";
  private volatile String current = "";
  private volatile long allItems;
  private volatile long allBytes;
  private volatile long began;
  private @Nullable Thread thread;

  /**
   * A reporter that draws nothing before the first phase.
   *
   * @param nanos a clock for durations
   * @param cancellation throws when the job is to end
   */
  public ProgressReporter(
      ProgressMode mode, Console console, int columns, LongSupplier nanos, Runnable cancellation) {
    this.err = console.messages();
    this.clock = nanos;
    this.cancellation = cancellation;
    this.view =
        switch (mode) {
          case NONE -> null;
          case JSON -> new ProgressEvents();
          case AUTO -> console.terminals().err() ? new ProgressLine(columns) : null;
        };
  }

  @Override
  public synchronized void phase(String name) {
    if (phase.equals(name)) {
      return;
    }
    show();
    phase = name;
    current = "";
    items.reset();
    bytes.reset();
    allItems = 0;
    allBytes = 0;
    began = clock.getAsLong();
    if (view != null) {
      view.phase(err, name);
      if (thread == null && closed.getCount() > 0) {
        thread = Thread.ofPlatform().daemon().name("progress").start(this::draw);
      }
    }
  }

  @Override
  public void expect(long expectedItems, long expectedBytes) {
    allItems = expectedItems;
    allBytes = expectedBytes;
  }

  @Override
  public void advance(long moreItems, long moreBytes) {
    items.add(moreItems);
    bytes.add(moreBytes);
  }

  @Override
  public void current(String what) {
    current = what;
  }

  @Override
  public synchronized void warn(String code, String key, String message) {
    if (view != null) {
      view.warn(err, code, key, message);
    }
  }

  @Override
  public void checkCancelled() {
    cancellation.run();
  }

  /** Takes the line away while {@code job} uses the terminal. */
  public synchronized void pause(Runnable job) {
    if (view != null) {
      view.clear(err, snapshot());
    }
    job.run();
  }

  private void draw() {
    View drawn = view;
    if (drawn == null) {
      return;
    }
    try {
      while (!closed.await(drawn.everyMillis(), TimeUnit.MILLISECONDS)) {
        synchronized (this) {
          show();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show() {
    if (view != null && !phase.isEmpty() && closed.getCount() > 0) {
      view.show(err, snapshot());
    }
  }

  private Snapshot snapshot() {
    return new Snapshot(
        phase, current, items.sum(), bytes.sum(), allItems, allBytes, clock.getAsLong() - began);
  }

  @Override
  public synchronized void close() {
    if (view != null && !phase.isEmpty() && closed.getCount() > 0) {
      view.clear(err, snapshot());
    }
    closed.countDown();
  }
}
