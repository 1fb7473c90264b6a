package io.salvor.engine.pack;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of arrays for frames on their way, no more than a budget at a time: what is being filled,
 * compressed, encrypted and written waits here for room. Arrays are used again, for large ones are
 * dear to collect.
 */
final class FrameBuffers {
  /** More than a sealed frame needs beyond its plain text. */
  static final int SLACK = 64;

  private static final int STEP = 256 << 10;

  /** Two arrays of the same length; steps of the work go from one to the other. */
  record Pair(byte[] one, byte[] other) {
    long size() {
      return 2L * one.length;
    }
  }

  private final long budget;
  private final Deque<Pair> idle = new ArrayDeque<>();
  private long lent;
  private long kept;
  private boolean closed;

  FrameBuffers(long budget) {
    this.budget = budget;
  }

  /** Takes a pair for so many plain bytes, waiting until there is room; null once closed. */
  @Nullable Pair take(int plain) {
    int capacity = Math.ceilDiv(plain, STEP) * STEP + SLACK;
    synchronized (this) {
      try {
        while (!closed && lent + 2L * capacity > budget) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw interrupted(e);
      }
      if (closed) {
        return null;
      }
      lent += 2L * capacity;
      for (Pair pair : idle) {
        if (pair.one.length == capacity) {
          idle.remove(pair);
          kept -= pair.size();
          return pair;
        }
      }
      while (lent + kept > budget) {
        kept -= idle.removeFirst().size();
      }
    }
    return new Pair(new byte[capacity], new byte[capacity]);
  }

  static SalvorException interrupted(InterruptedException cause) {
    return new SalvorException(
        ErrorCode.INTERRUPTED,
        "interrupted while storing",
        "the thread was asked to stop",
        "run the command again; what is stored already is not stored again",
        cause);
  }

  /** Gives a pair back. */
  synchronized void give(Pair pair) {
    lent -= pair.size();
    kept += pair.size();
    idle.addLast(pair);
    notifyAll();
  }

  /** Lets go of what nobody uses. */
  synchronized void trim() {
    idle.clear();
    kept = 0;
  }

  /** Lets nobody wait any more. */
  synchronized void close() {
    closed = true;
    idle.clear();
    notifyAll();
  }
}
