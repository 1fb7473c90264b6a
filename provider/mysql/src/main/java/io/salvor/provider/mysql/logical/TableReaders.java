package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.Tables.Table;
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

/** Reads tables by the sessions of a snapshot, the largest first. */
final class TableReaders implements AutoCloseable {
  private final Snapshot snapshot;
  private final Function<Table, ContentSink> sinks;
  private final PosixTime time;
  private final BlockingQueue<Table> waiting = new LinkedBlockingQueue<>();
  private final Map<Key, CompletableFuture<Entry>> results = new HashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Readers that have not begun.
   *
   * @param sinks where the rows of a table go
   */
  TableReaders(Snapshot snapshot, Function<Table, ContentSink> sinks, PosixTime time) {
    this.snapshot = snapshot;
    this.sinks = sinks;
    this.time = time;
  }

  /** Begins to read; from here on the sessions are the readers'. */
  void begin(List<Table> tables) {
    List<Table> order = new ArrayList<>(tables);
    order.sort(Comparator.comparingLong(Table::size).reversed());
    for (Table table : order) {
      results.put(table.key(), new CompletableFuture<>());
      waiting.add(table);
    }
    for (Session session : snapshot.sessions()) {
      threads.add(Thread.ofVirtual().name("table-reader").start(() -> run(session)));
    }
  }

  private void run(Session session) {
    for (Table table = waiting.poll(); table != null && !closed; table = waiting.poll()) {
      CompletableFuture<Entry> result = results.get(table.key());
      if (result == null) {
        continue;
      }
      try {
        result.complete(TableCapture.of(session, table, sinks.apply(table), time));
        Snapshot.letGo(session);
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

  /** Nobody else may be left to read what is waiting. */
  private void fail(Throwable why) {
    closed = true;
    results.values().forEach(result -> result.completeExceptionally(why));
  }

  /** Waits for the entry of a table. */
  Entry result(Table table) throws IOException, InterruptedException {
    CompletableFuture<Entry> result = results.get(table.key());
    if (result == null) {
      throw new IllegalStateException("a table that nobody reads: " + table.key());
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
    snapshot.close();
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
