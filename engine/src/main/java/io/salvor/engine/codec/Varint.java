package io.salvor.engine.codec;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Unsigned LEB128 of 63 bits in the shortest form (docs/format.md §1): seven bits a byte, least
 * significant first.
 */
public final class Varint {
  /** Longest encoding in bytes. */
  public static final int MAX_SIZE = 9;

  private Varint() {}

  /** Length in bytes of {@code value}, which is not negative. */
  public static int size(long value) {
    return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
  }

  /** Writes {@code value} at {@code at}; gives the position after it. */
  public static int put(byte[] out, int at, long value) {
    check(value);
    long rest = value;
    int i = at;
    while (rest > 0x7f) {
      out[i++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[i++] = (byte) rest;
    return i;
  }

  /** Appends {@code value} to {@code out}. */
  public static void put(ByteBuffer out, long value) {
    check(value);
    long rest = value;
    while (rest > 0x7f) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  /**
   * Reads the value at {@code at}, looking no further than {@code end}; it is {@link #size} bytes
   * long.
   *
   * @throws MalformedException if there is none, or it is not in the shortest form
   */
  public static long get(byte[] in, int at, int end) {
    long value = 0;
    for (int n = 0; n < MAX_SIZE && at + n < end; n++) {
      byte b = in[at + n];
      value |= (long) (b & 0x7f) << (7 * n);
      if (b >= 0) {
        return checkLast(value, b, n);
      }
    }
    throw new MalformedException("a varint does not end");
  }

  /**
   * Reads the next value.
   *
   * @throws MalformedException if there is none, or it is not in the shortest form
   */
  public static long get(ByteBuffer in) {
    try {
      long value = 0;
      for (int n = 0; n < MAX_SIZE; n++) {
        byte b = in.get();
        value |= (long) (b & 0x7f) << (7 * n);
        if (b >= 0) {
          return checkLast(value, b, n);
        }
      }
    } catch (BufferUnderflowException e) {
      throw new MalformedException("a varint does not end", e);
    }
    throw new MalformedException("a varint does not end");
  }

  /** Reads the next value, which must be at most {@code max}. */
  public static int getInt(ByteBuffer in, int max) {
    long value = get(in);
    if (value > max) {
      throw new MalformedException("a varint of " + value + " is over its bound of " + max);
    }
    return (int) value;
  }

  private static long checkLast(long value, byte last, int n) {
    if (last == 0 && n > 0) {
      throw new MalformedException("a varint is not in its shortest form");
    }
    return value;
  }

  private static void check(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative varint " + value);
    }
  }
}
