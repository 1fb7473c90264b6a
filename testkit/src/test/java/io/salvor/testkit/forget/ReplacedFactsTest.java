package io.salvor.testkit.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacedFactsTest {
  private static final BackupId BACKUP = new BackupId("20260130-150000-aaaaa");
  private static final Duration LAG = Duration.ofSeconds(10);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void whatWasReplacedIsNotMissedWhereListsAreLate() throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    MemoryStorage storage = new MemoryStorage(LAG, clock);
    Machine machine = new Machine(temp.resolve("one"), clock);
    machine.init(storage);
    clock.advance(LAG);
    try (Repository repository = machine.open(storage)) {
      Note old = Facts.add(repository, new Fact.Hold(BACKUP, "old"), "me");
      clock.advance(LAG);
      Note _ =
          Facts.replace(
              repository,
              new Fact.Hold(BACKUP, "new"),
              List.of(ObjectKind.FACT.name(old.id())),
              "me");
      try (Repository other = new Machine(temp.resolve("two"), clock).open(storage)) {
        assertThat(Facts.of(other).lost()).isEmpty();
      }
    }
  }
}
