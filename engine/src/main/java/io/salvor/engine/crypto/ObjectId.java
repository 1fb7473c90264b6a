package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** Sixteen random bytes that name an object, written as 32 hex digits. */
public record ObjectId(long high, long low) implements Comparable<ObjectId> {
  /** Length in bytes. */
  public static final int SIZE = 16;

  /** The id of all zeros: "none" in headers. */
  public static final ObjectId ZERO = new ObjectId(0, 0);

  /** A new id. */
  public static ObjectId random(SecureRandom random) {
    byte[] bytes = new byte[SIZE];
    random.nextBytes(bytes);
    return from(ByteBuffer.wrap(bytes));
  }

  /** Reads the next 16 bytes. */
  public static ObjectId from(ByteBuffer in) {
    return new ObjectId(in.getLong(), in.getLong());
  }

  /**
   * Reads 32 lower-case hex digits.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static ObjectId parse(String hex) {
    if (!isHex(hex)) {
      throw new IllegalArgumentException("not an object id: " + hex);
    }
    return from(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  /** The id that follows {@code prefix} and ends {@code name}; empty if none does. */
  public static Optional<ObjectId> find(String name, String prefix) {
    if (!name.startsWith(prefix)) {
      return Optional.empty();
    }
    String hex = name.substring(prefix.length());
    return isHex(hex) ? Optional.of(parse(hex)) : Optional.empty();
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return text.length() == 2 * SIZE;
  }

  /** Appends the 16 bytes to {@code out}. */
  public void to(ByteBuffer out) {
    out.putLong(high).putLong(low);
  }

  /** The 16 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(SIZE).putLong(high).putLong(low).array();
  }

  @Override
  public int compareTo(ObjectId other) {
    int order = Long.compareUnsigned(high, other.high);
    return order == 0 ? Long.compareUnsigned(low, other.low) : order;
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
