package io.salvor.testkit.reader;

import java.util.Arrays;

/** Bytes that are read from their beginning to their end (§1). */
final class Bytes {
  private final byte[] bytes;
  private int at;

  Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  int left() {
    return bytes.length - at;
  }

  byte[] take(long length) throws DamageException {
    DamageException.unless(length >= 0 && length <= left(), "it ends too early");
    at += (int) length;
    return Arrays.copyOfRange(bytes, at - (int) length, at);
  }

  Id id() throws DamageException {
    return Id.of(take(16));
  }

  Id blobId() throws DamageException {
    return Id.of(take(32));
  }

  int u8() throws DamageException {
    return (int) number(1);
  }

  int u16() throws DamageException {
    return (int) number(2);
  }

  long u32() throws DamageException {
    return number(4);
  }

  long u64() throws DamageException {
    long value = number(8);
    DamageException.unless(value >= 0, "a number of 64 bits is too large for anything");
    return value;
  }

  /** Big-endian; of 8 bytes the sign is the highest bit. */
  long number(int length) throws DamageException {
    long value = 0;
    for (byte b : take(length)) {
      value = value << 8 | b & 0xff;
    }
    return value;
  }

  /** Unsigned LEB128, shortest form, at most 9 bytes. */
  long varint() throws DamageException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        DamageException.unless(b != 0 || shift == 0, "a varint is longer than it need be");
        return value;
      }
    }
    throw new DamageException("a varint has more than 9 bytes");
  }

  void end() throws DamageException {
    DamageException.unless(left() == 0, "there are " + left() + " bytes too many");
  }

  static byte[] join(byte[]... parts) {
    byte[] joined = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  static byte[] bigEndian(long value, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (value >>> 8 * (length - 1 - i));
    }
    return bytes;
  }
}
