package io.salvor.provider.files;

import io.salvor.engine.pattern.Unmatched;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread walks, several read, and the caller's hands over in order. What is under way is
 * bounded by the number of batches and by what a batch may hold. Nobody is interrupted, for that
 * would close files under the engine's hands: threads look at a flag, and all of them have ended
 * when {@link #run} returns.
 */
final class Pipeline {
  private static final long LOOK_MILLIS = 100;

  private final Capture capture;
  private final Progress progress;
  private final EntryReader reader;
  private final Unmatched unmatched;
  private final BlockingQueue<Batch> order;
  private final ExecutorService workers;
  private volatile boolean stopped;
  private long foundItems;
  private long foundBytes;
  private Batch open = new Batch(false);

  /** The walk: hands everything to {@link #add} in ascending order of keys. */
  interface Walk {
    void run(Pipeline to) throws IOException;
  }

  private Pipeline(
      Capture capture, EntryReader reader, Unmatched unmatched, int threads, ThreadFactory maker) {
    this.capture = capture;
    this.unmatched = unmatched;
    this.progress = capture.progress();
    this.reader = reader;
    this.order = new ArrayBlockingQueue<>(4 * threads);
    this.workers = Executors.newFixedThreadPool(threads, maker);
  }

  /** Runs a walk and hands what it finds to the capture. */
  static void run(Capture capture, EntryReader reader, Unmatched unmatched, int threads, Walk walk)
      throws IOException, InterruptedException {
    ThreadFactory maker = Thread.ofPlatform().name("files-read-", 0).daemon().factory();
    run(capture, reader, unmatched, threads, maker, walk);
  }

  static void run(
      Capture capture,
      EntryReader reader,
      Unmatched unmatched,
      int threads,
      ThreadFactory maker,
      Walk walk)
      throws IOException, InterruptedException {
    Pipeline pipeline = new Pipeline(capture, reader, unmatched, threads, maker);
    Thread walker =
        Thread.ofPlatform().name("files-walk").daemon().start(() -> pipeline.walk(walk));
    try {
      pipeline.handOver();
    } finally {
      pipeline.stop(walker);
    }
  }

  /** The next find; called by the walk only. */
  void add(Found one) throws IOException {
    unmatched.see(one.key(), one.isDirectory());
    open.add(one);
    if (open.isFull()) {
      submit();
    }
  }

  private void walk(Walk walk) {
    Throwable failure = null;
    try {
      walk.run(this);
      if (!open.isEmpty()) {
        submit();
      }
    } catch (Stopped _) {
      open.finish(null);
      return;
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    try {
      submitLast(failure);
    } catch (Stopped _) {
      // Nobody waits for it any more.
    }
  }

  private void submitLast(@Nullable Throwable failure) throws Stopped {
    open.finish(null);
    Batch end = new Batch(true);
    end.finish(failure);
    enqueue(end);
  }

  private void submit() throws Stopped {
    Batch batch = open;
    open = new Batch(false);
    foundItems += batch.found().size();
    foundBytes += batch.bytes();
    progress.expect(foundItems, foundBytes);
    if (!batch.hasUnread()) {
      batch.finish(null);
      enqueue(batch);
      return;
    }
    try {
      enqueue(batch);
    } catch (Stopped e) {
      batch.finish(null);
      throw e;
    }
    try {
      workers.execute(() -> read(batch));
    } catch (RuntimeException | Error e) {
      // No thread can be started: whoever waits for the batch would wait for ever.
      batch.finish(e);
      throw e;
    }
  }

  private void enqueue(Batch batch) throws Stopped {
    try {
      while (!stopped) {
        if (order.offer(batch, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new Stopped();
  }

  private void read(Batch batch) {
    Throwable failure = null;
    try {
      List<Found> found = batch.found();
      for (int i = 0; i < found.size() && !stopped; i++) {
        if (found.get(i) instanceof Found.Unread unread) {
          found.set(i, reader.read(unread, () -> stopped));
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    batch.finish(failure);
  }

  private void handOver() throws IOException, InterruptedException {
    while (true) {
      progress.checkCancelled();
      Batch batch = order.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (batch == null) {
        continue;
      }
      while (!batch.await(LOOK_MILLIS)) {
        progress.checkCancelled();
      }
      batch.check();
      if (batch.isLast()) {
        return;
      }
      for (Found found : batch.found()) {
        if (!(found instanceof Found.Ready ready)) {
          throw new IllegalStateException("not read: " + found.key());
        }
        if (ready.entry() != null) {
          capture.put(ready.key(), ready.entry());
        }
        for (Found.Flaw flaw : ready.flaws()) {
          capture.fail(ready.key(), flaw.code(), flaw.message());
        }
      }
    }
  }

  private void stop(Thread walker) throws InterruptedException {
    stopped = true;
    walker.join();
    workers.shutdown();
    while (!workers.awaitTermination(1, TimeUnit.MINUTES)) {
      // A worker may wait for a slow disk or for the engine; it ends at its next look at the flag.
    }
    order.clear();
  }

  /** The capture has ended early; only ever seen by the walking thread. */
  private static final class Stopped extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
