package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads times: RFC 3339 with an offset; without one, or a date alone, only where a zone is known.
 *
 * @param zone the zone that {@code --timezone} names, null if it is not given
 */
record Times(@Nullable ZoneId zone) {

  /** Reads the name of a zone. */
  static Times of(@Nullable String zone) {
    try {
      return new Times(zone == null ? null : ZoneId.of(zone));
    } catch (DateTimeException e) {
      throw new SalvorException(
          ErrorCode.BAD_TIME,
          "--timezone cannot be \"" + zone + "\"",
          "no such time zone is known",
          "write a name such as Europe/Paris or UTC, or an offset such as +02:00",
          e);
    }
  }

  /**
   * Reads a time.
   *
   * @throws SalvorException BAD_TIME
   */
  Instant parse(String option, String text) {
    String word = text.strip().replace(' ', 'T');
    try {
      return OffsetDateTime.parse(word).toInstant();
    } catch (DateTimeParseException e) {
      // Perhaps there is no offset: then it must be known from elsewhere.
      LocalDateTime local =
          local(word)
              .orElseThrow(
                  () ->
                      bad(
                          option,
                          text,
                          "it is not a time as RFC 3339 has it",
                          "write it like 2026-01-30T15:00:00Z or 2026-01-30T15:00:00+01:00"));
      if (zone == null) {
        throw bad(
            option,
            text,
            "it has no offset, so it could be many times",
            "append Z or +01:00, or say --timezone Europe/Paris");
      }
      return local.atZone(zone).toInstant();
    }
  }

  private static Optional<LocalDateTime> local(String word) {
    try {
      return Optional.of(
          word.indexOf('T') < 0 ? LocalDate.parse(word).atStartOfDay() : LocalDateTime.parse(word));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static SalvorException bad(String option, String text, String why, String remedy) {
    return new SalvorException(
        ErrorCode.BAD_TIME, option + " cannot be \"" + text + "\"", why, remedy);
  }
}
