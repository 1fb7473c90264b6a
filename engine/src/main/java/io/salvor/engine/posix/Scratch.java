package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for one call at a time: errno, small structs, two names and a data buffer. Borrowed
 * from a small pool, so that calls allocate nothing and the memory is bounded by how many calls run
 * at once, however many (virtual) threads there are. What the pool has no room for is freed with
 * the object.
 */
final class Scratch implements AutoCloseable {

  /** Bytes of the data buffer; no extended attribute or list of them is larger (64 KiB). */
  static final int DATA_SIZE = 128 * 1024;

  /** Longest name or target, without the NUL. */
  static final int MAX_NAME = 4095;

  /** {@code struct open_how}, {@code xattr_args} or two {@code timespec}. */
  static final long STRUCT = 16;

  /** {@code struct statx} or {@code statfs}. */
  static final long STAT = 64;

  private static final long NAME = 512;
  private static final long SECOND = NAME + MAX_NAME + 1;

  /** The data buffer. */
  static final long DATA = 9216;

  private static final int SLOTS = 32;
  private static final AtomicReferenceArray<@Nullable Scratch> POOL =
      new AtomicReferenceArray<>(SLOTS);

  private static final AtomicInteger MADE = new AtomicInteger();

  private final MemorySegment memory = Arena.ofAuto().allocate(DATA + DATA_SIZE, 64);
  private final long address = memory.address();
  private @Nullable Descriptor descriptor;

  private Scratch() {
    MADE.incrementAndGet();
  }

  /** How many there have ever been: stands still once every thread's needs are met. */
  static int made() {
    return MADE.get();
  }

  /** One for calls that concern no descriptor. */
  static Scratch borrow() {
    int slot = slot();
    Scratch scratch = POOL.getAndSet(slot, null);
    if (scratch == null) {
      scratch = POOL.getAndSet(slot ^ 1, null);
    }
    return scratch == null ? new Scratch() : scratch;
  }

  /** One for calls on an open descriptor, which stays open until this is given back. */
  static Scratch of(Descriptor descriptor) throws PosixException {
    descriptor.enter();
    Scratch scratch = borrow();
    scratch.descriptor = descriptor;
    return scratch;
  }

  private static int slot() {
    long id = Thread.currentThread().threadId();
    return (int) ((id * 0x9E3779B97F4A7C15L) >>> 59);
  }

  /** Gives it back, and lets go of the descriptor. */
  @Override
  public void close() {
    Descriptor held = descriptor;
    if (held != null) {
      descriptor = null;
      held.exit(this);
    }
    int slot = slot();
    if (!POOL.compareAndSet(slot, null, this)) {
      POOL.compareAndSet(slot ^ 1, null, this);
    }
  }

  MemorySegment memory() {
    return memory;
  }

  /** Address of a place in here. */
  long at(long offset) {
    return address + offset;
  }

  int getInt(long offset) {
    return memory.get(JAVA_INT, offset);
  }

  long getUnsignedInt(long offset) {
    return memory.get(JAVA_INT, offset) & 0xffff_ffffL;
  }

  long getLong(long offset) {
    return memory.get(JAVA_LONG, offset);
  }

  void putInt(long offset, int value) {
    memory.set(JAVA_INT, offset, value);
  }

  void putLong(long offset, long value) {
    memory.set(JAVA_LONG, offset, value);
  }

  /** A copy of the data buffer's beginning. */
  byte[] data(int length) {
    return memory.asSlice(DATA, length).toArray(JAVA_BYTE);
  }

  /** Puts a name (one component, checked) where the kernel finds it; returns its address. */
  long name(byte[] name, String operation) throws PosixException {
    if (!RawNames.isName(name)) {
      throw new PosixException(Errno.EINVAL, operation, name);
    }
    return put(NAME, name, operation);
  }

  /** Any path or attribute name, in the same place. */
  long path(byte[] path, String operation) throws PosixException {
    return put(NAME, path, operation);
  }

  /** A second one beside the name. */
  long second(byte[] text, String operation) throws PosixException {
    return put(SECOND, text, operation);
  }

  private long put(long offset, byte[] text, String operation) throws PosixException {
    if (text.length > MAX_NAME) {
      throw new PosixException(Errno.ENAMETOOLONG, operation, text);
    }
    for (byte b : text) {
      if (b == 0) {
        throw new PosixException(Errno.EINVAL, operation, text);
      }
    }
    MemorySegment.copy(text, 0, memory, JAVA_BYTE, offset, text.length);
    memory.set(JAVA_BYTE, offset + text.length, (byte) 0);
    return address + offset;
  }

  /** A system call; its result, or the negative errno. Repeated when interrupted. */
  long call(int number, long a, long b, long c, long d, long e, long f) {
    while (true) {
      long result = Syscalls.invoke(memory, number, a, b, c, d, e, f);
      if (result != -1) {
        return result;
      }
      int errno = memory.get(JAVA_INT, 0);
      if (errno != 4 || number == Sys.CLOSE) { // EINTR; a closed descriptor stays closed
        return -errno;
      }
    }
  }

  long call(int number, long a, long b, long c, long d, long e) {
    return call(number, a, b, c, d, e, 0);
  }

  long call(int number, long a, long b, long c, long d) {
    return call(number, a, b, c, d, 0, 0);
  }

  long call(int number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  long call(int number, long a, long b) {
    return call(number, a, b, 0, 0, 0, 0);
  }

  long call(int number, long a) {
    return call(number, a, 0, 0, 0, 0, 0);
  }

  /** The result of a call, or the exception for its errno. */
  static long check(long result, String operation, byte @Nullable [] name) throws PosixException {
    if (result < 0) {
      throw new PosixException((int) -result, operation, name);
    }
    return result;
  }
}
