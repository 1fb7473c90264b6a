package io.salvor.testkit.damage;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** An erasable repository, of which a backup has been erased: its credentials are behind keys. */
final class ErasedSpecimen {
  private ErasedSpecimen() {}

  static Specimen make(Path temp) throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    Machine machine = new Machine(temp.resolve("eraser"), clock);
    MemoryStorage storage = new MemoryStorage();
    KeyFile one = new KeyFile(temp.resolve("one")).make();
    KeyFile two = new KeyFile(temp.resolve("two")).make();
    machine.initErasable(storage, one.key());
    MapSource source = new MapSource().put("a", text("kept")).put("secret", text("erased"));
    BackupId erased;
    try (Repository repository = machine.open(storage, one.key())) {
      erased = machine.backup(repository, source, null).backup().id();
    }
    clock.advance(Duration.ofMinutes(1));
    source.remove("secret").put("b", text("later"));
    try (Repository repository = machine.open(storage, one.key())) {
      machine.backup(repository, source, null);
    }
    ErasureRequest request =
        new ErasureRequest(
            Set.of(erased), two.key(), "next", List.of("/a/copy"), Duration.ZERO, "me");
    // Until its own key is destroyed, the old one opens it.
    var _ = Erasure.run(() -> machine.open(storage, one.key()), request, Progress.NONE);
    Map<BackupId, SortedMap<String, String>> backups = new TreeMap<>();
    try (Repository repository = machine.open(storage, two.key())) {
      for (Backup backup : BackupList.read(repository).backups()) {
        backups.put(backup.id(), Contents.of(repository, backup));
      }
    }
    return new Specimen(
        storage.snapshot(), machine.local(), clock, backups, (m, s) -> m.open(s, two.key()));
  }

  private static byte[] text(String text) {
    return text.repeat(100).getBytes(StandardCharsets.UTF_8);
  }
}
