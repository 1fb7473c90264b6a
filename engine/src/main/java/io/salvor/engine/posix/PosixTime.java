package io.salvor.engine.posix;

import java.time.Instant;

/**
 * A file time: whole seconds since 1970 (negative before), and nanoseconds that always count
 * forward, 0 to 999,999,999. So half a second before 1970 is {@code (-1, 500_000_000)}.
 */
public record PosixTime(long seconds, int nanos) implements Comparable<PosixTime> {

  public PosixTime {
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
    }
  }

  /** The same moment as a file time. */
  public static PosixTime of(Instant instant) {
    return new PosixTime(instant.getEpochSecond(), instant.getNano());
  }

  /** The same moment as an instant. */
  public Instant toInstant() {
    return Instant.ofEpochSecond(seconds, nanos);
  }

  @Override
  public int compareTo(PosixTime other) {
    int order = Long.compare(seconds, other.seconds);
    return order != 0 ? order : Integer.compare(nanos, other.nanos);
  }
}
