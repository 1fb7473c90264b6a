package io.salvor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SettableClockTest {

  @Test
  void itStandsStillUntilItIsMovedAndTakesItsViewsAlong() {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    Clock paris = clock.withZone(ZoneId.of("Europe/Paris"));
    assertThat(clock.instant()).isEqualTo(Instant.parse("2026-01-30T15:00:00Z"));
    clock.advance(Duration.ofHours(1));
    assertThat(paris.instant()).isEqualTo(Instant.parse("2026-01-30T16:00:00Z"));
    clock.jumpTo(Instant.EPOCH);
    assertThat(paris.instant()).isEqualTo(Instant.EPOCH);
    assertThat(paris.getZone()).isEqualTo(ZoneId.of("Europe/Paris"));
  }
}
