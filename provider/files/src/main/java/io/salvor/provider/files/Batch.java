package io.salvor.provider.files;

import io.salvor.engine.posix.Stat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring finds that one worker reads and that are handed over together, for a hand-over of
 * every small file by itself would cost more than reading it. Limits keep what all batches under
 * way hold small: keys, file descriptors, and what one worker has before it.
 */
final class Batch {
  private static final int MOST_FOUND = 64;
  private static final int MOST_DIRECTORIES = 4;
  private static final int MOST_KEY_BYTES = 64 << 10;
  private static final long MOST_BYTES = 1 << 20;

  private final List<Found> found = new ArrayList<>();
  private final List<SharedDir> directories = new ArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private final boolean last;
  private boolean unread;
  private int keyBytes;
  private long bytes;
  private volatile @Nullable Throwable failure;

  Batch(boolean last) {
    this.last = last;
  }

  /** Adds one; the directory of what is to be read stays open until {@link #finish}. */
  void add(Found one) {
    found.add(one);
    keyBytes += one.key().encoded().length;
    if (one instanceof Found.Unread(_, SharedDir dir, _, Stat stat)) {
      unread = true;
      bytes += Content.dataBytes(stat);
      if (directories.isEmpty() || directories.getLast() != dir) {
        dir.hold();
        directories.add(dir);
      }
    }
  }

  boolean isFull() {
    return found.size() >= MOST_FOUND
        || directories.size() >= MOST_DIRECTORIES
        || keyBytes >= MOST_KEY_BYTES
        || bytes >= MOST_BYTES;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Whether a worker is needed. */
  boolean hasUnread() {
    return unread;
  }

  /** Whether none comes after it. */
  boolean isLast() {
    return last;
  }

  /** Bytes of data still to be read. */
  long bytes() {
    return bytes;
  }

  /** What is in it; to be replaced one by one by whoever reads it. */
  List<Found> found() {
    return found;
  }

  /** Lets go of the directories and lets {@link #await} return. */
  void finish(@Nullable Throwable why) {
    directories.forEach(SharedDir::release);
    directories.clear();
    failure = why;
    done.countDown();
  }

  /** Whether it has been finished within so many milliseconds. */
  boolean await(long millis) throws InterruptedException {
    return done.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Throws what went wrong, if anything did. */
  void check() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
