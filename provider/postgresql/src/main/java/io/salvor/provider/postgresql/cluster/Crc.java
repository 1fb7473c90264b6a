package io.salvor.provider.postgresql.cluster;

import java.util.zip.CRC32C;

/**
 * A CRC-32C that can be reckoned with: a checksum of a whole from those of its parts, and of a file
 * of which some bytes have changed, from its old one and the changes alone. That is possible
 * because the checksum of a difference (by XOR) is the difference of the checksums.
 *
 * <p>Source: RFC 3720 §12.1 for the polynomial; the arithmetic is that of zlib's {@code
 * crc32_combine}.
 *
 * @param value as everybody gives it
 */
record Crc(int value) {
  /** Of no bytes. */
  static final Crc EMPTY = new Crc(0);

  private static final int POLYNOMIAL = 0x82f63b78;
  private static final int ONE = 1 << 31;

  /** x to the power of 2 to the power of the index, modulo the polynomial. */
  private static final int[] SQUARES = squares();

  private static int[] squares() {
    int[] squares = new int[Long.SIZE + 3];
    squares[0] = ONE >>> 1;
    for (int i = 1; i < squares.length; i++) {
      squares[i] = product(squares[i - 1], squares[i - 1]);
    }
    return squares;
  }

  /** The product of two polynomials, whose highest bit is that of the lowest power. */
  private static int product(int one, int other) {
    int product = 0;
    int factor = other;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((one & bit) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) != 0 ? factor >>> 1 ^ POLYNOMIAL : factor >>> 1;
    }
    return product;
  }

  /** What a remainder becomes when so many zeros follow. */
  private static int shift(int remainder, long bytes) {
    int power = ONE;
    int square = 3;
    for (long left = bytes; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        power = product(SQUARES[square], power);
      }
      square++;
    }
    return product(power, remainder);
  }

  /** Of bytes. */
  static Crc of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return new Crc((int) crc.getValue());
  }

  /**
   * Reads it as PostgreSQL writes it: the four bytes in memory's order, hex.
   *
   * @throws NumberFormatException if it is none
   */
  static Crc parse(String hex) {
    return new Crc(Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16)));
  }

  /** As PostgreSQL writes it. */
  String hex() {
    return String.format("%08x", Integer.reverseBytes(value));
  }

  /** Of these bytes and others behind them. */
  Crc then(Crc next, long length) {
    return new Crc(shift(value, length) ^ next.value);
  }

  /** Of these bytes and so many zeros behind them. */
  Crc thenZeros(long length) {
    return new Crc(~shift(~value, length));
  }

  /** What has become of equally many bytes that differ by this. */
  Crc changed(Difference by) {
    return new Crc(value ^ by.remainder);
  }

  /**
   * A difference between two files of the same length, from their beginning on.
   *
   * @param remainder without what a CRC begins and ends with
   */
  record Difference(int remainder) {
    static final Difference NONE = new Difference(0);

    /** So many bytes more that are equal. */
    Difference thenEqual(long length) {
      return new Difference(shift(remainder, length));
    }

    /** Bytes more that differ by these. */
    Difference then(byte[] xor, int length) {
      int zeros = ~shift(~0, length);
      return new Difference(shift(remainder, length) ^ of(xor, 0, length).value ^ zeros);
    }
  }
}
