package io.salvor.engine.content;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What tells whether two tables have the same rows, in whatever order: the sum modulo 2¹²⁸ of the
 * first 16 bytes of each line's SHA-256 (docs/format.md §9). For telling changes, not for
 * withstanding attacks.
 */
public final class RowDigest {
  private final MessageDigest line;
  private final byte[] hash = new byte[32];
  private final ByteBuffer view = ByteBuffer.wrap(hash);
  private long high;
  private long low;
  private long rows;
  private long bytes;

  /** Of no rows. */
  public RowDigest() {
    try {
      this.line = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The next bytes of rows that each end with a line feed. */
  public void add(byte[] from, int offset, int length) {
    bytes += length;
    int begin = offset;
    int end = offset + length;
    for (int i = offset; i < end; i++) {
      if (from[i] == '\n') {
        line.update(from, begin, i - begin);
        row();
        begin = i + 1;
      }
    }
    line.update(from, begin, end - begin);
  }

  /** The next row, whole and without a line feed, in whatever way it ends. */
  public void row(byte[] from, int offset, int length) {
    bytes += length;
    line.update(from, offset, length);
    row();
  }

  private void row() {
    try {
      int _ = line.digest(hash, 0, hash.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a SHA-256 has 32 bytes", e);
    }
    long before = low;
    low += view.getLong(8);
    high += view.getLong(0) + (Long.compareUnsigned(low, before) < 0 ? 1 : 0);
    rows++;
  }

  /** Rows so far. */
  public long rows() {
    return rows;
  }

  /** Bytes so far. */
  public long bytes() {
    return bytes;
  }

  /** In hex. */
  public String sum() {
    return "%016x%016x".formatted(high, low);
  }
}
