package io.salvor.engine.codec;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes the deterministic CBOR of docs/format.md §1 into an array that grows. Lengths of maps and
 * lists need not be known ahead:
 *
 * <pre>{@code
 * byte[] message = new CborWriter()
 *     .map().key(0).bytes(id).key(2).array().uint(1).uint(2).end().end()
 *     .toByteArray();
 * }</pre>
 *
 * Keys must come in ascending order. For one thread; {@link #reset} makes it ready for the next.
 */
public final class CborWriter {
  static final int MAX_DEPTH = 16;

  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;

  private byte[] buffer;
  private int size;
  private int depth;
  // Of each open container: where its head is, how many items it has, its latest key or -1 in
  // lists.
  private final int[] heads = new int[MAX_DEPTH];
  private final int[] counts = new int[MAX_DEPTH];
  private final long[] keys = new long[MAX_DEPTH];
  private final boolean[] maps = new boolean[MAX_DEPTH];
  private boolean valueDue;

  public CborWriter() {
    this(256);
  }

  /** A writer with room for {@code capacity} bytes before it must grow. */
  public CborWriter(int capacity) {
    this.buffer = new byte[Math.max(capacity, 16)];
  }

  /** Opens a map. */
  public CborWriter map() {
    return open(MAP);
  }

  /** Opens a list. */
  public CborWriter array() {
    return open(ARRAY);
  }

  /** Closes the innermost map or list. */
  public CborWriter end() {
    if (depth == 0 || valueDue) {
      throw new IllegalStateException(depth == 0 ? "nothing to end" : "a key without a value");
    }
    depth--;
    int head = heads[depth];
    int count = counts[depth];
    int type = maps[depth] ? MAP : ARRAY;
    int headSize = headSize(count);
    if (headSize > 1) {
      room(headSize - 1);
      System.arraycopy(buffer, head + 1, buffer, head + headSize, size - head - 1);
      size += headSize - 1;
    }
    putHead(head, type, count);
    return this;
  }

  /** A key of the innermost map; its value comes next. */
  public CborWriter key(int key) {
    int top = depth - 1;
    if (top < 0 || !maps[top] || valueDue || key <= keys[top]) {
      throw new IllegalStateException("key " + key + " is out of place or out of order");
    }
    keys[top] = key;
    counts[top]++;
    head(UNSIGNED, key);
    valueDue = true;
    return this;
  }

  /** An integer that is not negative. */
  public CborWriter uint(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    begin();
    head(UNSIGNED, value);
    return this;
  }

  /** Any integer. */
  public CborWriter integer(long value) {
    begin();
    head(value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? ~value : value);
    return this;
  }

  /** A byte string. */
  public CborWriter bytes(byte[] value) {
    return bytes(value, 0, value.length);
  }

  /** A byte string. */
  public CborWriter bytes(byte[] value, int offset, int length) {
    begin();
    head(BYTES, length);
    room(length);
    System.arraycopy(value, offset, buffer, size, length);
    size += length;
    return this;
  }

  /** A byte string of 16 bytes, given as two big-endian words (an object's id). */
  public CborWriter bytes16(long a, long b) {
    begin();
    head(BYTES, 16);
    room(16);
    word(a);
    word(b);
    return this;
  }

  /** A byte string of 32 bytes, given as four big-endian words (a blob's id). */
  public CborWriter bytes32(long a, long b, long c, long d) {
    begin();
    head(BYTES, 32);
    room(32);
    word(a);
    word(b);
    word(c);
    word(d);
    return this;
  }

  /** A text string. */
  public CborWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    begin();
    head(TEXT, utf8.length);
    room(utf8.length);
    System.arraycopy(utf8, 0, buffer, size, utf8.length);
    size += utf8.length;
    return this;
  }

  /** True or false. */
  public CborWriter bool(boolean value) {
    begin();
    head(7, value ? 21 : 20);
    return this;
  }

  /** Null. */
  public CborWriter nil() {
    begin();
    head(7, 22);
    return this;
  }

  /** A time: {@code [seconds, nanoseconds]}. */
  public CborWriter time(long seconds, int nanos) {
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("nanoseconds: " + nanos);
    }
    begin();
    head(ARRAY, 2);
    head(seconds < 0 ? NEGATIVE : UNSIGNED, seconds < 0 ? ~seconds : seconds);
    head(UNSIGNED, nanos);
    return this;
  }

  /** A time. */
  public CborWriter time(Instant time) {
    return time(time.getEpochSecond(), time.getNano());
  }

  /** Bytes written so far. */
  public int size() {
    return size;
  }

  /** The array that holds them, from 0; good until the next call of this writer. */
  public byte[] buffer() {
    return buffer;
  }

  /** A copy of what was written, which must be complete. */
  public byte[] toByteArray() {
    if (depth != 0 || size == 0) {
      throw new IllegalStateException("the message is not complete");
    }
    return Arrays.copyOf(buffer, size);
  }

  /** Forgets everything but the array. */
  public CborWriter reset() {
    size = 0;
    depth = 0;
    valueDue = false;
    return this;
  }

  private CborWriter open(int type) {
    begin();
    if (depth == MAX_DEPTH) {
      throw new IllegalStateException("nested deeper than " + MAX_DEPTH);
    }
    heads[depth] = size;
    counts[depth] = 0;
    keys[depth] = -1;
    maps[depth] = type == MAP;
    depth++;
    room(1);
    size++; // The head; end() makes room where the count needs more.
    return this;
  }

  private void begin() {
    if (depth == 0) {
      if (size != 0) {
        throw new IllegalStateException("a message is one item");
      }
      return;
    }
    if (maps[depth - 1]) {
      if (!valueDue) {
        throw new IllegalStateException("a value without a key");
      }
      valueDue = false;
    } else {
      counts[depth - 1]++;
    }
  }

  private void head(int type, long value) {
    room(9);
    size += putHead(size, type, value);
  }

  private static int headSize(long value) {
    if (value < 24) {
      return 1;
    }
    return value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x1_0000_0000L ? 5 : 9;
  }

  private int putHead(int at, int type, long value) {
    int n = headSize(value);
    if (n == 1) {
      buffer[at] = (byte) (type << 5 | (int) value);
      return 1;
    }
    // 24 to 27 announce 1, 2, 4 and 8 bytes.
    buffer[at] = (byte) (type << 5 | 24 + Integer.numberOfTrailingZeros(n - 1));
    for (int i = n - 1, shift = 0; i > 0; i--, shift += 8) {
      buffer[at + i] = (byte) (value >>> shift);
    }
    return n;
  }

  private void word(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
  }

  private void room(int more) {
    if (buffer.length - size < more) {
      long wanted = Math.max((long) size + more, 2L * buffer.length);
      if ((long) size + more > Integer.MAX_VALUE - 8) {
        throw new IllegalStateException("a message has no room for " + more + " bytes more");
      }
      buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
    }
  }
}
