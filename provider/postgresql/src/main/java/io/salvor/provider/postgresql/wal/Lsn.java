package io.salvor.provider.postgresql.wal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in WAL, a byte from its beginning on, written {@code 16/B374D848}: its upper and lower
 * 32 bits, in hex.
 *
 * @param value unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {
  /** The server's word for none. */
  public static final Lsn NONE = new Lsn(0);

  private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Lsn parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no position in WAL");
    }
    return new Lsn(
        Long.parseLong(matcher.group(1), 16) << 32 | Long.parseLong(matcher.group(2), 16));
  }

  /** So many bytes further on. */
  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /** How many bytes it is from {@code other} to here. */
  public long minus(Lsn other) {
    return value - other.value;
  }

  /** Where the segment begins that has this byte. */
  public Lsn segmentStart(long segmentSize) {
    return new Lsn(value - Long.remainderUnsigned(value, segmentSize));
  }

  /** Whether it comes before {@code other}. */
  public boolean isBefore(Lsn other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format("%X/%X", value >>> 32, value & 0xffffffffL);
  }
}
