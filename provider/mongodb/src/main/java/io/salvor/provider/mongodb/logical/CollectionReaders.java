package io.salvor.provider.mongodb.logical;

import com.mongodb.client.ClientSession;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads collections side by side, the largest first. */
final class CollectionReaders implements AutoCloseable {
  private final Snapshot snapshot;
  private final Function<Collection, ContentSink> sinks;
  private final PosixTime time;
  private final BlockingQueue<Collection> waiting = new LinkedBlockingQueue<>();
  private final Map<Key, CompletableFuture<Result>> results = new HashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * What reading a collection came to.
   *
   * @param late why it was not read of the moment of the others; empty if it was
   */
  record Result(Entry entry, String late) {}

  /**
   * Readers that have not begun.
   *
   * @param sinks where the documents of a collection go
   */
  CollectionReaders(Snapshot snapshot, Function<Collection, ContentSink> sinks, PosixTime time) {
    this.snapshot = snapshot;
    this.sinks = sinks;
    this.time = time;
  }

  /** Begins to read, so many at a time. */
  void begin(List<Collection> collections, int atATime) {
    List<Collection> order = new ArrayList<>(collections);
    order.sort(Comparator.comparingLong(Collection::size).reversed());
    for (Collection one : order) {
      results.put(one.key(), new CompletableFuture<>());
      waiting.add(one);
    }
    for (int i = 0; i < Math.min(atATime, order.size()); i++) {
      threads.add(Thread.ofVirtual().name("collection-reader").start(this::run));
    }
  }

  private void run() {
    for (Collection one = waiting.poll(); one != null && !closed; one = waiting.poll()) {
      CompletableFuture<Result> result = results.get(one.key());
      if (result == null) {
        continue;
      }
      try {
        result.complete(read(one));
      } catch (ServerError e) {
        result.completeExceptionally(e);
        if (e.fatal()) {
          fail(e);
          return;
        }
      } catch (IOException | RuntimeException | Error e) {
        result.completeExceptionally(e);
        fail(e);
        return;
      }
    }
  }

  private Result read(Collection one) throws IOException {
    if (!snapshot.holds(one)) {
      return new Result(read(one, null), "");
    }
    try (ClientSession session = snapshot.session()) {
      return new Result(read(one, session), "");
    } catch (ServerError e) {
      boolean gone =
          e.number() == ServerError.SNAPSHOT_TOO_OLD
              || e.number() == ServerError.SNAPSHOT_UNAVAILABLE;
      if (!gone) {
        throw e;
      }
      return new Result(read(one, null), e.said());
    }
  }

  private Entry read(Collection one, @Nullable ClientSession session) throws IOException {
    return Documents.capture(snapshot.server(), one, session, sinks.apply(one), time);
  }

  /** Nobody else may be left to read what is waiting. */
  private void fail(Throwable why) {
    closed = true;
    results.values().forEach(result -> result.completeExceptionally(why));
  }

  /** Waits for what a collection came to. */
  Result result(Collection one) throws IOException, InterruptedException {
    CompletableFuture<Result> result = results.get(one.key());
    if (result == null) {
      throw new IllegalStateException("a collection that nobody reads: " + one.key());
    }
    try {
      return result.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException why -> throw why;
        case RuntimeException why -> throw why;
        case Error why -> throw why;
        case null, default -> throw new IOException(e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting.clear();
    // Breaks off what is under way.
    snapshot.server().close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
