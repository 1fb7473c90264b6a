package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.ProcessMark;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SilentSessionTest {
  private static final ProcessMark ME = ProcessMark.current();
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final Duration TWO_DAYS = Duration.ofHours(48);

  @Test
  void whoHasGivenNoSignOfLifeForLongIsSilent() {
    ProcessMark elsewhere = new ProcessMark("1", "2", "3", 4, 5);
    assertThat(silentAfter(47, elsewhere, null)).isFalse();
    assertThat(silentAfter(49, elsewhere, null)).isTrue();
  }

  @Test
  void aSignOfLifeCounts() {
    ProcessMark elsewhere = new ProcessMark("1", "2", "3", 4, 5);
    Instant sign = START.plus(Duration.ofHours(40));
    assertThat(silentAfter(87, elsewhere, sign)).isFalse();
    assertThat(silentAfter(89, elsewhere, sign)).isTrue();
    // By a clock that was wrong then.
    assertThat(silentAfter(47, elsewhere, START.minus(Duration.ofDays(365)))).isFalse();
  }

  @Test
  void aProcessThatLivesOnThisMachineIsNotSilent() {
    assertThat(silentAfter(1000, ME, null)).isFalse();
    assertThat(
            silentAfter(
                1000,
                new ProcessMark(ME.host(), ME.boot(), ME.namespace(), ME.pid(), ME.start() + 1),
                null))
        .as("another one had its number")
        .isTrue();
  }

  private static boolean silentAfter(long hours, ProcessMark process, @Nullable Instant heard) {
    ObjectId id = new ObjectId(1, 2);
    SessionRecord.Open open =
        new SessionRecord.Open(
            id,
            "host",
            START,
            null,
            process.toString(),
            "copy to",
            new BackupId("20260130-150000-22222"));
    return new FoundSession(id, open, null, false, false, heard)
        .isSilent(TWO_DAYS, START.plus(Duration.ofHours(hours)));
  }
}
