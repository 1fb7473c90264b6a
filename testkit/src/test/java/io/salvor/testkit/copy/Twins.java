package io.salvor.testkit.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A repository of three backups, one of which its ledger has removed, and a copy from before the
 * last two with a backup of its own.
 *
 * @param objects the repository
 * @param older the copy
 * @param own the copy's own backup
 * @param contents what each backup must hold
 */
record Twins(
    MemoryStorage.Snapshot objects,
    MemoryStorage.Snapshot older,
    BackupId own,
    SettableClock clock,
    Map<BackupId, SortedMap<String, String>> contents) {

  static Twins make(Path temp) throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    Machine machine = new Machine(temp.resolve("maker"), clock);
    MemoryStorage storage = new MemoryStorage();
    machine.init(storage);
    Map<BackupId, SortedMap<String, String>> contents = new TreeMap<>();
    MapSource source = new MapSource().blocks(512).put("a", noise(1, 9000)).put("b", text("b"));
    contents.put(machine.backup(storage, source, null).backup().id(), source.contents());
    MemoryStorage copy = MemoryStorage.named("copy");
    copy(machine, storage, copy);
    clock.advance(Duration.ofMinutes(1));
    MapSource other = new MapSource("map:other").put("a", noise(1, 9000)).put("own", noise(7, 500));
    Backup own = machine.backup(copy, other, null).backup();
    contents.put(own.id(), other.contents());
    clock.advance(Duration.ofMinutes(1));
    source.put("b", noise(2, 3000));
    Backup removed = machine.backup(storage, source, null).backup();
    clock.advance(Duration.ofMinutes(1));
    source.put("c", noise(3, 4000));
    contents.put(machine.backup(storage, source, null).backup().id(), source.contents());
    try (Repository repository = machine.open(storage)) {
      repository
          .ledger()
          .append(
              LedgerChange.removing(List.of(removed.object().value())),
              repository.now(),
              "tester",
              repository.random());
      storage.delete(removed.object());
    }
    return new Twins(storage.snapshot(), copy.snapshot(), own.id(), clock, contents);
  }

  static void copy(Machine machine, MemoryStorage from, MemoryStorage to) throws Exception {
    try (Repository source = machine.open(from)) {
      Copies.prepare(source, to);
      try (Repository target = machine.open(to)) {
        assertThat(Copies.copy(source, target, "host", Progress.NONE).complete()).isTrue();
      }
    }
  }

  MemoryStorage source() {
    return MemoryStorage.of(objects);
  }

  /** The backup is there under the same id and checksum, and everything in it can be read. */
  void assertRestorable(Machine machine, MemoryStorage storage, Backup backup) throws IOException {
    try (Repository repository = machine.open(storage)) {
      Backup found =
          machine.list(storage).stream()
              .filter(b -> b.id().equals(backup.id()))
              .findFirst()
              .orElseThrow();
      assertThat(found.checksum()).isEqualTo(backup.checksum());
      assertThat(Contents.of(repository, found)).isEqualTo(contents.get(found.id()));
    }
  }

  /** The copy's own backup, if it had one, can be read still. */
  void assertOwnIsThere(Machine machine, MemoryStorage storage) throws IOException {
    for (Backup backup : machine.list(storage)) {
      if (backup.id().equals(own)) {
        assertRestorable(machine, storage, backup);
      }
    }
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] noise(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
