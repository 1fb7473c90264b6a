package io.salvor.engine.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 64 bits of output (Aumasson and Bernstein, INDOCRYPT 2012); safe for several
 * threads. It draws the boundaries of trees.
 */
public final class SipHash {
  /** Length of the key in bytes. */
  public static final int KEY_SIZE = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long k0;
  private final long k1;

  /** A hash with these 16 bytes as its key. */
  public SipHash(byte[] key) {
    if (key.length != KEY_SIZE) {
      throw new IllegalArgumentException("a SipHash key has 16 bytes, not " + key.length);
    }
    this.k0 = (long) LONG.get(key, 0);
    this.k1 = (long) LONG.get(key, 8);
  }

  /** The hash of a part of an array. */
  public long hash(byte[] bytes, int offset, int length) {
    return hash(0, 0, bytes, offset, length);
  }

  /** The hash of one byte followed by a part of an array, without joining them. */
  public long hash(int first, byte[] bytes, int offset, int length) {
    return hash(1, first & 0xff, bytes, offset, length);
  }

  /** {@code lead} (0 or 1) bytes of {@code word} come before the array's. */
  private long hash(int lead, long word, byte[] bytes, int offset, int length) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int total = lead + length;
    int blocks = total >>> 3;
    // The last round takes what is left, with the length in the highest byte.
    for (int i = 0; i <= blocks; i++) {
      int at = offset + 8 * i - lead;
      long m;
      if (i < blocks && (i > 0 || lead == 0)) {
        m = (long) LONG.get(bytes, at);
      } else {
        m = i == 0 ? word : 0;
        int n = i < blocks ? 8 : total & 7;
        for (int j = i == 0 ? lead : 0; j < n; j++) {
          m |= (bytes[at + j] & 0xffL) << (8 * j);
        }
        if (i == blocks) {
          m |= (long) total << 56;
        }
      }
      v3 ^= m;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= m;
    }
    v2 ^= 0xff;
    for (int round = 0; round < 4; round++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
