package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SteppedStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A writer falls asleep before each of its storage operations in turn, while what it was going to
 * use is forgotten and pruned, once with and once without giving it up; then it wakes.
 */
class SleepingWriterTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final Instant start = Instant.parse("2026-01-30T15:00:00Z");
  private MemoryStorage.Snapshot objects = MemoryStorage.Snapshot.EMPTY;
  private BackupId first = new BackupId("20260130-150000-22222");
  private MapSource source = new MapSource();
  private int places;

  @BeforeEach
  void makeABackup() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Machine machine = new Machine(place(), new SettableClock(start));
    machine.init(storage);
    for (int i = 0; i < 4; i++) {
      source.put("file " + i, noise(i));
    }
    first = machine.backup(storage, source, null).backup().id();
    objects = storage.snapshot();
    source = source.copy().put("file 1", noise(77)).remove("file 2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itLosesNothing(boolean givenUp) throws Exception {
    int closed = 0;
    for (int operation = 1; ; operation++) {
      List<PruneReport> reports = new ArrayList<>();
      sleepsBefore(operation, givenUp, reports);
      if (reports.isEmpty()) {
        System.out.println((operation - 1) + " operations; given up in " + closed);
        assertThat(operation).isGreaterThan(40);
        assertThat(closed > 10).isEqualTo(givenUp);
        return;
      }
      closed += reports.getFirst().closed();
    }
  }

  @Test
  void aSecondPrunerMayComeWhileItSleeps() throws Exception {
    for (int operation = 20; operation < 80; operation += 7) {
      List<PruneReport> reports = new ArrayList<>();
      sleepsBefore(operation, operation % 2 == 0, reports, reports);
    }
  }

  @SafeVarargs
  private void sleepsBefore(int operation, boolean givenUp, List<PruneReport>... prunes)
      throws Exception {
    SettableClock clock = new SettableClock(start.plusSeconds(60));
    MemoryStorage storage = MemoryStorage.of(objects);
    AtomicInteger operations = new AtomicInteger();
    SteppedStorage stepped =
        new SteppedStorage(
            storage,
            before -> {
              if (operations.incrementAndGet() == operation) {
                clock.advance(Duration.ofHours(1));
                try {
                  new Machine(place(), clock).forget(storage, first);
                  for (List<PruneReport> reports : prunes) {
                    reports.add(prune(storage, clock, givenUp));
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    BackupReport report = new Machine(place(), clock).backup(stepped, source.copy(), null);
    holds(operation, storage, report);
    prune(storage, clock, true);
    prune(storage, clock, true);
    holds(operation, storage, report);
    LocalCopies.remove(temp.resolve("local" + (places - 1)));
  }

  private PruneReport prune(MemoryStorage storage, SettableClock clock, boolean givingUp)
      throws Exception {
    Duration giveUp = givingUp ? Duration.ofSeconds(1) : Duration.ofHours(48);
    return new Machine(place(), clock)
        .prune(storage, new PruneRequest(0.25, giveUp, Duration.ZERO, "tester"));
  }

  private void holds(int operation, MemoryStorage storage, BackupReport report) throws Exception {
    Machine reader = new Machine(place(), new SettableClock(start));
    try (Repository repository = reader.open(storage)) {
      Backup backup = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, backup))
          .as("asleep before operation %d", operation)
          .isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .as("asleep before operation %d", operation)
          .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
    }
  }

  private synchronized Path place() throws Exception {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
