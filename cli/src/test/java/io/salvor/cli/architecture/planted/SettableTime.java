package io.salvor.cli.architecture.planted;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;

/** Reads time as everyone should. */
public final class SettableTime {
  private SettableTime() {}

  static Object all(Clock clock) {
    return clock.instant().equals(Instant.now(clock)) ? LocalDate.now(clock) : clock.millis();
  }
}
