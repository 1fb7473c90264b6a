package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody rotates the keys, and writes, while another process has the repository open. */
class RotationMeanwhileTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void whatIsSealedToTheNewEpochIsReadByWhoOpenedBeforeIt() throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    MemoryStorage storage = new MemoryStorage();
    Machine reader = new Machine(temp.resolve("reader"), clock);
    Machine writer = new Machine(temp.resolve("writer"), clock, "other");
    reader.init(storage);
    MapSource source = new MapSource().put("a", "content".getBytes(StandardCharsets.UTF_8));
    try (Repository opened = reader.open(storage)) {
      for (int rotation = 0; rotation < 2; rotation++) {
        clock.advance(Duration.ofMinutes(1));
        try (Repository other = writer.open(storage)) {
          var _ = other.keyRegister("writer").rotate();
        }
        source.put("b" + rotation, new byte[] {1, 2, 3});
        BackupId id = writer.backup(storage, source, null).backup().id();

        opened.ledger().refresh();
        opened.index().refresh();
        assertThat(Machine.verify(opened).issues()).isEmpty();
        Backup found = BackupList.read(opened).byPrefix(id.text());
        assertThat(Contents.of(opened, found)).isEqualTo(source.contents());
      }
    }
  }
}
