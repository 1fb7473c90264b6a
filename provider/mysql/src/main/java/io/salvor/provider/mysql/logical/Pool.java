package io.salvor.provider.mysql.logical;

import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Does work by several sessions side by side, and ends with the first failure. */
final class Pool {
  /** What one session does. */
  interface Work {
    void run(Session session) throws IOException;
  }

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Queue<Session> opened = new ConcurrentLinkedQueue<>();
  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

  Pool(Endpoint endpoint, Passwords passwords) {
    this.endpoint = endpoint;
    this.passwords = passwords;
  }

  /** Does all of it, in this order as far as it is begun. */
  void run(List<Work> work) throws IOException, InterruptedException {
    Queue<Work> waiting = new ConcurrentLinkedQueue<>(work);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Math.min(endpoint.connections(), work.size()); i++) {
      threads.add(Thread.ofVirtual().name("restore-" + i).start(() -> some(waiting)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } finally {
      // Ends what is still at work if this one was interrupted.
      waiting.clear();
      opened.forEach(Session::close);
    }
    switch (failures.peek()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IOException(e);
    }
  }

  private void some(Queue<Work> waiting) {
    try (Session session = Statements.session(endpoint, passwords)) {
      opened.add(session);
      for (Work one = waiting.poll(); one != null; one = waiting.poll()) {
        one.run(session);
      }
    } catch (IOException | RuntimeException e) {
      waiting.clear();
      failures.add(e);
    }
  }
}
