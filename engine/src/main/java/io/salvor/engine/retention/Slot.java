package io.salvor.engine.retention;

import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** The spans of time of which one backup each is kept. */
public enum Slot {
  HOURLY,
  DAILY,
  WEEKLY,
  MONTHLY,
  YEARLY;

  /** The word of the rule. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The span that a time lies in; equal for times of the same span, ascending with time. An hour
   * that a clock shows twice is two hours; a week is one of ISO 8601.
   */
  String of(ZonedDateTime time) {
    return switch (this) {
      case HOURLY -> time.truncatedTo(ChronoUnit.HOURS).toOffsetDateTime().toString();
      case DAILY -> time.toLocalDate().toString();
      case WEEKLY ->
          String.format(
              Locale.ROOT,
              "%04d-W%02d",
              time.get(IsoFields.WEEK_BASED_YEAR),
              time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case MONTHLY -> String.format(Locale.ROOT, "%04d-%02d", time.getYear(), time.getMonthValue());
      case YEARLY -> String.format(Locale.ROOT, "%04d", time.getYear());
    };
  }
}
