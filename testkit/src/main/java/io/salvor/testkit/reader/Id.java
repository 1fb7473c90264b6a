package io.salvor.testkit.reader;

import java.util.Arrays;
import java.util.HexFormat;

/** An id of 16 bytes or of a blob, as lower-case hex digits, which sort as the bytes do. */
public record Id(String hex) implements Comparable<Id> {
  static Id of(byte[] bytes) {
    return new Id(HexFormat.of().formatHex(bytes));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  boolean is(byte[] bytes) {
    return Arrays.equals(bytes(), bytes);
  }

  @Override
  public int compareTo(Id other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
