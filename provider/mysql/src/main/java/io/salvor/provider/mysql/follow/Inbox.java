package io.salvor.provider.mysql.follow;

import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a log and is in no tail yet, file by file. One thread puts, and waits while too
 * much is there; another takes.
 */
final class Inbox {
  private static final int MOST = 4 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Part> parts = new ArrayDeque<>();
  private boolean ended;
  private boolean closed;
  private boolean woken;
  private @Nullable IOException failure;

  /** Bytes of one file that come one after the other. */
  private static final class Part {
    private final BinlogName name;
    private final BinlogPlace from;
    private final @Nullable BinlogFormat format;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int lastEvent;
    private boolean complete;
    private Instant since = Instant.EPOCH;

    Part(BinlogName name, BinlogPlace from, @Nullable BinlogFormat format) {
      this.name = name;
      this.from = from;
      this.format = format;
    }
  }

  /**
   * Bytes to be made durable.
   *
   * @param format of the file if its beginning is here; else null
   * @param lastEvent the offset in these bytes at which the last event begins
   * @param complete whether nothing comes behind them in this file
   * @param since this machine's time when the first of them came
   */
  record Batch(
      BinlogName name,
      BinlogPlace from,
      byte[] bytes,
      @Nullable BinlogFormat format,
      int lastEvent,
      boolean complete,
      Instant since) {}

  /**
   * What is there.
   *
   * @param any whether there is anything to be taken
   * @param full whether it is to be taken at once
   */
  record State(boolean any, boolean full, boolean ended) {}

  /** A file begins, or goes on; its beginning has its format. */
  void begin(BinlogName name, BinlogPlace from, @Nullable BinlogFormat format) {
    lock.lock();
    try {
      parts.add(new Part(name, from, format));
    } finally {
      lock.unlock();
    }
  }

  /** The next bytes of the file; waits for room. */
  void put(byte[] bytes, int offset, int length, Instant now) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (size() >= MOST && !closed) {
        changed.await();
      }
      Part last = parts.getLast();
      if (last.bytes.size() == 0) {
        last.since = now;
      }
      last.lastEvent = last.bytes.size();
      last.bytes.write(bytes, offset, length);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The file has ended. */
  void complete() {
    lock.lock();
    try {
      parts.getLast().complete = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int size() {
    return parts.stream().mapToInt(part -> part.bytes.size()).sum();
  }

  private boolean any() {
    return !parts.isEmpty() && (parts.getFirst().bytes.size() > 0 || parts.getFirst().complete);
  }

  /** Nothing more comes. */
  void end(@Nullable IOException why) {
    lock.lock();
    try {
      ended = true;
      failure = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever puts need not wait any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes whoever waits. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits at most so long.
   *
   * @param forAny for anything at all, or until there is as much as may be
   */
  State await(Duration most, boolean forAny) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (left > 0 && !ended && !woken && (forAny ? !any() : size() < MOST)) {
        left = changed.awaitNanos(left);
      }
      woken = false;
      return new State(any(), size() >= MOST || parts.size() > 1, ended);
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is there of the first file; there is some. */
  Batch take() {
    lock.lock();
    try {
      Part part = parts.removeFirst();
      byte[] bytes = part.bytes.toByteArray();
      if (!part.complete) {
        // It goes on there.
        BinlogPlace end = new BinlogPlace(part.from.file(), part.from.offset() + bytes.length);
        parts.addFirst(new Part(part.name, end, null));
      }
      changed.signalAll();
      return new Batch(
          part.name, part.from, bytes, part.format, part.lastEvent, part.complete, part.since);
    } finally {
      lock.unlock();
    }
  }

  /** Why it has ended; null if the server has ended the stream. */
  @Nullable IOException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }
}
