package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class RestoreLogTest {
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");

  private static final Path FULL = Path.of("/dev/full");

  @TempDir Path temp;

  private Path log() throws Exception {
    Path path = temp.resolve("log");
    try (RestoreLog log = RestoreLog.create(path, START, "20260130-140000-k7f3q")) {
      for (long i = 0; i < 200; i++) {
        log.intend(i);
        switch ((int) (i % 4)) {
          case 0 -> log.done(i, -i);
          case 1 -> log.removed(i);
          case 2 -> log.moved(i);
          default -> log.failed(i);
        }
      }
    }
    return path;
  }

  @Test
  void itTellsWhatBecameOfEachStep() throws Exception {
    RestoreLog.Results results = RestoreLog.read(log());
    assertThat(results.started()).isEqualTo(START);
    assertThat(results.undo()).isEqualTo("20260130-140000-k7f3q");
    assertThat(results.intent()).isGreaterThanOrEqualTo(200);
    assertThat(results.digest(196)).isEqualTo(-196);
    assertThat(results.wasDone(196)).isTrue();
    assertThat(results.wasDone(197)).isTrue();
    assertThat(results.wasBegun(198)).as("what had moved was not touched").isFalse();
    assertThat(results.wasDone(199)).isFalse();
    assertThat(results.wasBegun(199)).isTrue();
    assertThat(results.wasBegun(results.intent())).isFalse();
  }

  @Test
  @EnabledIf("hasFullDisk")
  void aFullLocalDiskIsToldAsSuch() throws Exception {
    FileChannel full = FileChannel.open(FULL, StandardOpenOption.WRITE);
    try (full) {
      RestoreLog log = new RestoreLog(full, FULL);
      assertThatThrownBy(() -> log.intend(0))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.LOCAL_STATE);
                assertThat(e.remedy()).contains("make room");
              });
    }
  }

  static boolean hasFullDisk() {
    return Files.isWritable(FULL);
  }

  @Test
  void anIntentIsOnTheDiskBeforeItsSteps() throws Exception {
    Path path = temp.resolve("log");
    try (RestoreLog log = RestoreLog.create(path, START, "")) {
      log.intend(0);
      assertThat(RestoreLog.read(path).wasBegun(0)).isTrue();
      long covered = RestoreLog.read(path).intent();
      log.intend(covered);
      assertThat(RestoreLog.read(path).wasBegun(covered)).isTrue();
    }
  }

  @Test
  void whatItSaysOfAStepFarOutCostsNoMemoryForThoseBefore() throws Exception {
    long far = 1L << 40;
    Path path = temp.resolve("log");
    try (RestoreLog log = RestoreLog.create(path, START, "")) {
      log.intend(far);
      log.done(far, 7);
      log.done(far + 1, 8);
      log.moved(far + 2);
    }
    RestoreLog.Results results = RestoreLog.read(path);
    assertThat(results.digest(far)).isEqualTo(7);
    assertThat(results.wasDone(far + 1)).isTrue();
    assertThat(results.wasDone(far - 1)).isFalse();
    assertThat(results.wasBegun(far - 1)).isTrue();
    assertThat(results.wasBegun(far + 2)).isFalse();
    assertThat(results.steps().finished()).isEqualTo(2);
  }

  @Test
  void whatWasDoneTwiceCountsOnce() throws Exception {
    Path path = temp.resolve("log");
    try (RestoreLog log = RestoreLog.create(path, START, "")) {
      log.intend(0);
      log.done(1, 7);
      log.removed(1);
    }
    assertThat(RestoreLog.read(path).steps().finished()).isEqualTo(1);
  }

  @Test
  void aTornEndIsPassedOverAndWhatComesBeforeItHolds() throws Exception {
    byte[] whole = Files.readAllBytes(log());
    Path torn = temp.resolve("torn");
    long done = 0;
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(torn, Arrays.copyOf(whole, length));
      long now = RestoreLog.read(torn).steps().finished();
      assertThat(now).isGreaterThanOrEqualTo(done);
      done = now;
    }
    assertThat(done).isPositive();
    whole[whole.length / 2] ^= 1;
    Files.write(torn, whole);
    assertThat(RestoreLog.read(torn).steps().finished()).isBetween(1L, 99L);
  }
}
