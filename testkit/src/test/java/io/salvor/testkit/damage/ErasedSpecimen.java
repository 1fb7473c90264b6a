package io.salvor.testkit.damage;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
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
    String one = "kms:file:" + temp.resolve("one");
    String two = "kms:file:" + temp.resolve("two");
    SecureRandom random = new SecureRandom();
    KeyServices.createIfMissing(one, random);
    KeyServices.createIfMissing(two, random);
    machine.initErasable(storage, key(one));
    MapSource source = new MapSource().put("a", text("kept")).put("secret", text("erased"));
    BackupId erased;
    try (Repository repository = machine.open(storage, key(one))) {
      erased = machine.backup(repository, source, null).backup().id();
    }
    clock.advance(Duration.ofMinutes(1));
    source.remove("secret").put("b", text("later"));
    try (Repository repository = machine.open(storage, key(one))) {
      machine.backup(repository, source, null);
    }
    ErasureRequest request =
        new ErasureRequest(
            Set.of(erased), key(two), "next", List.of("/a/copy"), Duration.ZERO, "me");
    // Until its own key is destroyed, the old one opens it.
    var _ = Erasure.run(() -> machine.open(storage, key(one)), request, Progress.NONE);
    Map<BackupId, SortedMap<String, String>> backups = new TreeMap<>();
    try (Repository repository = machine.open(storage, key(two))) {
      for (Backup backup : BackupList.read(repository).backups()) {
        backups.put(backup.id(), Contents.of(repository, backup));
      }
    }
    return new Specimen(
        storage.snapshot(), machine.local(), clock, backups, (m, s) -> m.open(s, key(two)));
  }

  private static KmsKey key(String reference) {
    return new KmsKey(KeyServices.open(reference, new SecureRandom()));
  }

  private static byte[] text(String text) {
    return text.repeat(100).getBytes(StandardCharsets.UTF_8);
  }
}
