package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A copy of a repository of which an object is damaged or lost: it gets everything else, nothing
 * that is damaged, and is called complete only if nothing that it should have is missing.
 */
class DamagedSourceTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private int places;

  @BeforeEach
  void make() throws Exception {
    specimen = Specimen.make(temp);
  }

  private Machine newMachine() {
    return new Machine(temp.resolve("m" + places++), specimen.clock());
  }

  /** The first and the last object of each kind that a copy takes over while it runs. */
  private List<ObjectName> victims() {
    MemoryStorage storage = specimen.storage();
    List<ObjectName> victims = new ArrayList<>();
    for (String prefix : List.of("backups/", "facts/", "index/", "ledger/", "packs/")) {
      List<ObjectName> names = storage.names(prefix);
      victims.add(names.getFirst());
      if (names.size() > 1) {
        victims.add(names.getLast());
      }
    }
    return victims;
  }

  private CopyReport copy(MemoryStorage storage, MemoryStorage to) throws Exception {
    Machine machine = newMachine();
    try (Repository from = machine.open(storage)) {
      Copies.prepare(from, to);
      try (Repository target = machine.open(to)) {
        return Copies.copy(from, target, "host", Progress.NONE);
      }
    }
  }

  /** Everything that is listed can be read, and is right. */
  private void holdsAll(MemoryStorage copy, String what) throws Exception {
    VerifyReport verified = newMachine().verify(copy);
    assertThat(verified.intact()).as("%s: %s", what, verified.issues()).isTrue();
    try (Repository repository = newMachine().open(copy)) {
      List<Backup> backups = BackupList.read(repository).backups();
      assertThat(backups).extracting(Backup::id).as(what).containsAll(sealed());
      for (Backup backup : backups) {
        assertThat(Contents.of(repository, backup))
            .as(what)
            .isEqualTo(specimen.backups().get(backup.id()));
      }
    }
  }

  private List<BackupId> sealed() throws Exception {
    try (Repository repository = newMachine().open(specimen.storage())) {
      return BackupList.read(repository).backups().stream()
          .filter(Backup::sealed)
          .map(Backup::id)
          .toList();
    }
  }

  @Test
  void whatIsDamagedIsNamedNotSentAndSentOnceItIsMended() throws Exception {
    int incomplete = 0;
    for (ObjectName name : victims()) {
      for (boolean lost : new boolean[] {false, true}) {
        String what = (lost ? "loss of " : "damage of ") + name;
        MemoryStorage storage = specimen.storage();
        byte[] good = storage.get(name);
        if (lost) {
          Damage.lose(storage, name);
        } else {
          Damage.flip(storage, name, good.length / 2, 4);
        }
        MemoryStorage copy = MemoryStorage.named("copy");
        CopyReport report = copy(storage, copy);
        if (report.complete()) {
          // Of the newest entry of the ledger nobody else tells.
          if (!name.value().startsWith("ledger/")) {
            holdsAll(copy, what);
          }
        } else {
          incomplete++;
          assertThat(report.damaged()).as(what).containsExactly(name);
          assertThat(copy.find(name)).as(what).isEmpty();
        }
        storage.delete(name);
        storage.put(name, good);
        assertThat(copy(storage, copy).complete()).as(what).isTrue();
        holdsAll(copy, what);
        assertThat(copy.get(name)).as(what).isEqualTo(good);
      }
    }
    assertThat(incomplete).isGreaterThan(victims().size());
  }
}
