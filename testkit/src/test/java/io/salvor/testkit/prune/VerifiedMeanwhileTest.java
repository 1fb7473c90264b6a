package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Interruption;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SteppedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * At each operation of a verification somebody else forgets a backup, gives an interrupted one up,
 * and prunes what only these needed: no damage is told.
 */
class VerifiedMeanwhileTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private MemoryStorage.Snapshot before = MemoryStorage.Snapshot.EMPTY;
  private BackupId first = new BackupId("20260130-150000-22222");
  private int places;

  @BeforeEach
  void oneBackupToForgetAndOneThatIsInterrupted() throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    MemoryStorage storage = new MemoryStorage();
    Machine machine = new Machine(place(), clock);
    machine.init(storage);
    first = machine.backup(storage, new MapSource().put("a", noise(1)), null).backup().id();
    clock.advance(Duration.ofMinutes(1));
    var _ = machine.backup(storage, new MapSource().put("b", noise(2)), null);
    SteppedStorage dying =
        new SteppedStorage(
            storage,
            operation -> {
              if (isSeal(operation)) {
                throw new IOException("planned death");
              }
            });
    clock.advance(Duration.ofMinutes(1));
    Machine other = new Machine(place(), clock, "other");
    MapSource interrupted = new MapSource().put("c", noise(3));
    assertThatThrownBy(() -> other.backup(dying, interrupted, null)).hasMessageContaining("death");
    before = storage.snapshot();
  }

  private static boolean isSeal(Operation operation) {
    return operation instanceof Operation.Put put && put.name().value().startsWith("backups/");
  }

  @Test
  void whatIsPrunedMeanwhileIsNotCalledLost() throws Exception {
    for (int at = 1; ; at++) {
      SettableClock clock = SettableClock.at("2026-01-30T16:00:00Z");
      MemoryStorage storage = MemoryStorage.of(before);
      Interruption interruption = Interruption.at(at, () -> prune(storage, clock)).later();
      Machine verifier = new Machine(place(), clock);
      try (Repository repository = verifier.open(interruption.of(storage))) {
        interruption.begin();
        assertThat(Machine.verify(repository).issues())
            .as("pruned before operation %d", at)
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
      LocalCopies.remove(verifier.local());
      if (!interruption.hasHappened()) {
        assertThat(at).isGreaterThan(30);
        return;
      }
    }
  }

  private void prune(Storage storage, SettableClock clock) throws Exception {
    Machine pruner = new Machine(place(), clock);
    pruner.forget(storage, first);
    int deleted = 0;
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofHours(1));
      PruneReport report =
          pruner.prune(
              storage, new PruneRequest(0, Duration.ofSeconds(1), Duration.ZERO, "tester"));
      deleted += report.deleted();
    }
    assertThat(deleted).as("packs of both").isGreaterThan(1);
    LocalCopies.remove(pruner.local());
  }

  private Path place() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
