package io.salvor.engine.retention;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A span on the calendar: {@code 12h}, {@code 30d}, {@code 8w}, {@code 6m}, {@code 7y}. */
public record Age(long amount, ChronoUnit unit) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,7})\\s*([hdwmy])");

  /** Reads one, or throws {@link IllegalArgumentException} with a sentence for people. */
  public static Age parse(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "it is a number with h, d, w, m or y for hours, days, weeks, months or years");
    }
    ChronoUnit unit =
        switch (form.group(2)) {
          case "h" -> ChronoUnit.HOURS;
          case "d" -> ChronoUnit.DAYS;
          case "w" -> ChronoUnit.WEEKS;
          case "m" -> ChronoUnit.MONTHS;
          default -> ChronoUnit.YEARS;
        };
    return new Age(Long.parseLong(form.group(1)), unit);
  }

  /** The time that is so long before another, by the calendar of a zone. */
  public Instant before(Instant time, ZoneId zone) {
    try {
      return time.atZone(zone).minus(amount, unit).toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      return Instant.MIN;
    }
  }

  @Override
  public String toString() {
    return amount
        + switch (unit) {
          case HOURS -> "h";
          case DAYS -> "d";
          case WEEKS -> "w";
          case MONTHS -> "m";
          default -> "y";
        };
  }
}
