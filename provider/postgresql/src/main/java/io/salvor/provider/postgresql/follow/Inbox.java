package io.salvor.provider.postgresql.follow;

import io.salvor.engine.journal.Tail;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.wal.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a stream and is in no tail yet. One thread puts, and waits while too much is
 * there; another takes.
 */
final class Inbox {
  /** A message of the server has at most 128 KiB, so that a tail stays within its bounds. */
  private static final int MOST = Tail.MAX_BYTES - (1 << 20);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private Lsn from;
  private Lsn serverEnd;
  private Instant since = Instant.EPOCH;
  private Instant proven = Instant.EPOCH;
  private Instant lastSent = Instant.EPOCH;
  private boolean complete;
  private boolean wantsReply;
  private long keepalives;
  private boolean ended;
  private boolean closed;
  private boolean woken;
  private @Nullable IOException failure;

  /**
   * What is there.
   *
   * @param bytes of WAL that have come
   * @param sent the server's time of its last message
   * @param proven everything that was flushed by then has come
   * @param wantsReply whether the server waits for a word
   * @param ended whether nothing more comes
   * @param keepalives how many of the server's signs of life have come
   */
  record State(
      int bytes,
      Lsn end,
      Lsn serverEnd,
      Instant sent,
      Instant proven,
      boolean wantsReply,
      boolean ended,
      long keepalives) {
    boolean isFull() {
      return bytes >= MOST;
    }
  }

  /** WAL to be made durable. */
  record Batch(Lsn from, byte[] bytes, Instant since, Instant proven) {}

  Inbox(Lsn start) {
    this.from = start;
    this.serverEnd = start;
  }

  /** Takes a message in; waits for room. */
  void put(byte[] message, int length) throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      WalMessage said = WalMessage.read(message, length);
      boolean shown;
      switch (said) {
        case WalMessage.Data data -> {
          while (bytes.size() >= MOST && !closed) {
            changed.await();
          }
          if (!data.from().equals(from.plus(bytes.size()))) {
            throw new ProtocolException(
                "WAL from " + data.from() + " where " + from.plus(bytes.size()) + " comes next");
          }
          if (bytes.size() == 0) {
            since = data.sent();
          }
          bytes.write(message, WalMessage.DATA_HEADER, data.length());
          serverEnd = data.end();
          complete = !data.from().plus(data.length()).isBefore(data.end());
          shown = complete;
        }
        case WalMessage.Keepalive alive -> {
          // Between two of them it has looked for more and found none; and so it has after data
          // that was all there was.
          shown = complete;
          complete = true;
          wantsReply |= alive.wantsReply();
          keepalives++;
        }
      }
      if (shown) {
        proven = lastSent;
      }
      lastSent = said.sent();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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

  /**
   * Waits at most so long.
   *
   * @param forAny for anything at all, or until there is as much as may be
   */
  State await(Duration most, boolean forAny) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (left > 0 && !ended && !woken && (forAny ? isIdle() : bytes.size() < MOST)) {
        left = changed.awaitNanos(left);
      }
      woken = false;
      State state =
          new State(
              bytes.size(),
              from.plus(bytes.size()),
              serverEnd,
              lastSent,
              proven,
              wantsReply,
              ended,
              keepalives);
      wantsReply = false;
      return state;
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle() {
    return bytes.size() == 0 && !wantsReply;
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

  /** Takes all that is there. */
  Batch take() {
    lock.lock();
    try {
      Batch batch = new Batch(from, bytes.toByteArray(), since, proven);
      from = from.plus(batch.bytes().length);
      bytes.reset();
      changed.signalAll();
      return batch;
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
