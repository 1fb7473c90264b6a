package io.salvor.cli.console;

import io.salvor.engine.error.Counted;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Sizes, durations, counts and times as people read them. */
public final class HumanText {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

  private HumanText() {}

  /** Bytes in powers of 1024 with three digits or so: {@code 1.42 GiB}. */
  public static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1023.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    if (unit == 0) {
      return bytes + " B";
    }
    String digits = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, digits, value) + " " + UNITS[unit];
  }

  /** A count with its thousands apart: {@code 80,000}. */
  public static String count(long number) {
    return Counted.of(number);
  }

  /** A count with its word, in the plural where it must be. */
  public static String count(long number, String one, String many) {
    return Counted.of(number, one, many);
  }

  /** A duration: {@code 0.42 s}, {@code 12.3 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 10_000) {
      return String.format(Locale.ROOT, "%.2f s", millis / 1e3);
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
    long seconds = duration.toSeconds();
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }
    return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
  }

  /** How long ago something was, roughly: {@code 3 days}. */
  public static String age(Duration age) {
    if (age.toMinutes() < 2) {
      return Math.max(0, age.toSeconds()) + " s";
    }
    if (age.toHours() < 2) {
      return age.toMinutes() + " min";
    }
    return age.toDays() < 3 ? age.toHours() + " h" : age.toDays() + " days";
  }

  /** A time in a zone, to the second, with its offset. */
  public static String time(Instant time, ZoneId zone) {
    return TIME.format(time.atZone(zone));
  }
}
