package io.salvor.engine.blob;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * HMAC-SHA-256 of a blob's plain bytes (docs/format.md §6), as four words, the first the highest.
 */
public record BlobId(long a, long b, long c, long d) implements Comparable<BlobId> {
  /** Length in bytes. */
  public static final int SIZE = 32;

  /** Reads an id from 32 bytes at {@code offset}. */
  public static BlobId from(byte[] bytes, int offset) {
    return from(ByteBuffer.wrap(bytes, offset, SIZE));
  }

  /** Reads an id from the next 32 bytes of {@code in}. */
  public static BlobId from(ByteBuffer in) {
    return new BlobId(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  /** Appends the 32 bytes to {@code out}. */
  public void to(ByteBuffer out) {
    out.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  /** The 32 bytes. */
  public byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(SIZE);
    to(out);
    return out.array();
  }

  @Override
  public int compareTo(BlobId other) {
    int order = Long.compareUnsigned(a, other.a);
    if (order == 0) {
      order = Long.compareUnsigned(b, other.b);
    }
    if (order == 0) {
      order = Long.compareUnsigned(c, other.c);
    }
    return order == 0 ? Long.compareUnsigned(d, other.d) : order;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(a);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
