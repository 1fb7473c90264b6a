package io.salvor.testkit.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureReport;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the keys of credentials that were withdrawn before an erasure. */
class EarlierKeysTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private Machine machine;
  private KeyFile key;
  private BackupId first;

  @BeforeEach
  void twoBackups() throws Exception {
    machine = new Machine(temp.resolve("machine"), clock);
    key = new KeyFile(temp.resolve("one")).make();
    machine.initErasable(storage, key.key());
    MapSource source = new MapSource();
    try (Repository repository = machine.open(storage, key.key())) {
      first = machine.backup(repository, source.put("a", new byte[9]), null).backup().id();
      clock.advance(Duration.ofMinutes(1));
      var _ = machine.backup(repository, source.put("b", new byte[9]), null);
    }
  }

  @Test
  void aKeyOfAServiceThatNobodyKnowsHereIsToldOfAndDoesNotStopAnErasure() throws Exception {
    String elsewhere = "kms:cloud:eu/4711";
    try (Repository repository = machine.open(storage, key.key())) {
      Fact withdrawn = new Fact.Withdrawn(new TreeMap<>(Map.of(new ObjectId(7, 7), elsewhere)));
      Note _ = Facts.add(repository, withdrawn, "owner");
    }
    KeyFile next = new KeyFile(temp.resolve("two")).make();
    ErasureReport report =
        Erasure.run(
            () -> machine.open(storage, key.key()),
            new ErasureRequest(
                Set.of(first), next.key(), "next", List.of(), Duration.ZERO, "owner"),
            Progress.NONE);
    assertThat(report.unreached()).containsExactly(elsewhere);
    assertThat(report.destroyed()).containsExactly(key.reference());
  }
}
