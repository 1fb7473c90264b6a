package io.salvor.engine.local;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An advisory lock among threads and processes of one machine; the system releases it when its
 * process ends, however it ends. Any thread may close it.
 */
public final class LocalLock implements AutoCloseable {
  /** The system's locks belong to processes; among threads these decide. */
  private static final Map<Path, Semaphore> THREADS = new ConcurrentHashMap<>();

  private final Semaphore threads;
  private final FileChannel channel;
  private final AtomicBoolean released = new AtomicBoolean();

  private LocalLock(Semaphore threads, FileChannel channel) {
    this.threads = threads;
    this.channel = channel;
  }

  static LocalLock acquire(Path file) {
    Semaphore threads = threads(file);
    try {
      threads.acquire();
    } catch (InterruptedException e) {
      throw interrupted(file, e);
    }
    return lock(file, threads, true)
        .orElseThrow(() -> new IllegalStateException("not locked: " + file));
  }

  static Optional<LocalLock> tryAcquire(Path file) {
    Semaphore threads = threads(file);
    return threads.tryAcquire() ? lock(file, threads, false) : Optional.empty();
  }

  private static Semaphore threads(Path file) {
    return THREADS.computeIfAbsent(file, ignored -> new Semaphore(1));
  }

  private static Optional<LocalLock> lock(Path file, Semaphore threads, boolean wait) {
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel = open(file);
      locked = wait ? lockOrDoWithout(channel) : tryLockOrDoWithout(channel);
      return locked ? Optional.of(new LocalLock(threads, channel)) : Optional.empty();
    } catch (FileLockInterruptionException e) {
      throw interrupted(file, e);
    } catch (IOException e) {
      throw LocalErrors.failed("lock", file, e);
    } finally {
      if (!locked) {
        threads.release();
        close(channel, file);
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static boolean lockOrDoWithout(FileChannel channel) throws IOException {
    try {
      return channel.lock().isValid();
    } catch (FileLockInterruptionException e) {
      throw e;
    } catch (IOException e) {
      // No locks on this file system (some network mounts): then only threads exclude each other.
      return true;
    }
  }

  private static boolean tryLockOrDoWithout(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (IOException e) {
      return true;
    }
  }

  private static SalvorException interrupted(Path file, Exception cause) {
    Thread.currentThread().interrupt();
    return new SalvorException(
        ErrorCode.INTERRUPTED,
        "interrupted",
        "while waiting for the lock " + file,
        "run it again",
        cause);
  }

  private static void close(@Nullable FileChannel channel, Path file) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw LocalErrors.failed("unlock", file, e);
      }
    }
  }

  /** Releases it; a second time does nothing. */
  @Override
  public void close() {
    if (released.compareAndSet(false, true)) {
      try {
        channel.close();
      } catch (IOException e) {
        throw LocalErrors.failed("close", Path.of("lock"), e);
      } finally {
        threads.release();
      }
    }
  }
}
