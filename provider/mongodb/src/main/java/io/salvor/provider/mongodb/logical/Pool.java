package io.salvor.provider.mongodb.logical;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Does work side by side, and ends with the first failure. */
final class Pool {
  /** A piece of work. */
  interface Work {
    void run() throws IOException;
  }

  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
  private final int atATime;

  Pool(int atATime) {
    this.atATime = atATime;
  }

  /**
   * Does all of it, in this order as far as it is begun.
   *
   * @param breakOff ends what is under way; called if this thread is interrupted
   */
  void run(List<Work> work, Runnable breakOff) throws IOException, InterruptedException {
    Queue<Work> waiting = new ConcurrentLinkedQueue<>(work);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Math.min(atATime, work.size()); i++) {
      threads.add(Thread.ofVirtual().name("restore-" + i).start(() -> some(waiting)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      waiting.clear();
      breakOff.run();
      throw e;
    }
    switch (failures.peek()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IOException(e);
    }
  }

  private void some(Queue<Work> waiting) {
    try {
      for (Work one = waiting.poll(); one != null; one = waiting.poll()) {
        one.run();
      }
    } catch (IOException | RuntimeException e) {
      waiting.clear();
      failures.add(e);
    }
  }
}
