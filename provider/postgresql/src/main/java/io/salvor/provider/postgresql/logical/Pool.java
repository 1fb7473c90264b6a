package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Does work by several connections side by side, and ends with the first failure. */
final class Pool {
  /** What one connection does. */
  interface Work {
    void run(ServerConnection connection) throws IOException;
  }

  private final Sessions sessions;
  private final String settings;
  private final Queue<ServerConnection> opened = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /**
   * A pool.
   *
   * @param settings statements that each connection begins with
   */
  Pool(Sessions sessions, String settings) {
    this.sessions = sessions;
    this.settings = settings;
  }

  /** Does all of it, in this order as far as it is begun. */
  void run(List<Work> work) throws IOException, InterruptedException {
    Queue<Work> waiting = new ConcurrentLinkedQueue<>(work);
    List<Thread> threads = new ArrayList<>();
    int number = Math.min(DatabaseAddress.connections(sessions.endpoint()), work.size());
    for (int i = 0; i < number; i++) {
      threads.add(Thread.ofVirtual().name("restore-" + i).start(() -> some(waiting)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } finally {
      // Ends what is still at work if this one was interrupted.
      waiting.clear();
      for (ServerConnection connection : opened) {
        connection.close();
      }
    }
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IOException(e);
    }
  }

  private void some(Queue<Work> waiting) {
    try (ServerConnection connection = sessions.open()) {
      opened.add(connection);
      if (!settings.isEmpty()) {
        Sessions.run(connection, settings);
      }
      for (Work one = waiting.poll(); one != null; one = waiting.poll()) {
        one.run(connection);
      }
    } catch (IOException | RuntimeException e) {
      waiting.clear();
      if (!failure.compareAndSet(null, e)) {
        Exception first = failure.get();
        if (first != null && first != e) {
          first.addSuppressed(e);
        }
      }
    }
  }
}
