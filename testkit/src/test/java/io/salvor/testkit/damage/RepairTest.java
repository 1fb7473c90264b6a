package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repairs a small repository after every kind of damage: with a copy it is as it was, and without
 * one nothing is lost besides what the damage has taken.
 */
class RepairTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private MemoryStorage.Snapshot copy;
  private final AtomicInteger places = new AtomicInteger();

  /** Harms one object. */
  private interface Harm {
    void harm(MemoryStorage storage, ObjectName name, int size) throws IOException;
  }

  @BeforeEach
  void makeSpecimen() throws Exception {
    specimen = Specimen.make(temp);
    copy = Mending.copyOf(newMachine(), specimen.storage()).snapshot();
  }

  @Test
  void whatIsIntactIsLeftAlone() throws Exception {
    for (MemoryStorage from : new MemoryStorage[] {null, aCopy()}) {
      MemoryStorage storage = specimen.storage();
      RepairPlan plan = Mending.repair(newMachine(), storage, from, false);
      assertThat(plan.isEmpty()).as(plan.toString()).isTrue();
      assertThat(plan.heals()).as(plan.toString()).isTrue();
      assertThat(storage.snapshot().objects()).isEqualTo(specimen.objects().objects());
    }
  }

  @Test
  void everyLostObjectIsPutBackFromACopyByteForByte() throws Exception {
    withACopy("loss", (storage, name, size) -> Damage.lose(storage, name));
  }

  @Test
  void everyTurnedBitIsPutRightFromACopy() throws Exception {
    for (double where : new double[] {0, 0.3, 0.99}) {
      withACopy("a bit turned", (s, name, size) -> Damage.flip(s, name, (int) (size * where), 4));
    }
  }

  @Test
  void whatWasCutOffIsPutRightFromACopy() throws Exception {
    withACopy("cut off", (storage, name, size) -> Damage.cut(storage, name, size / 2));
  }

  @Test
  void whatIsNeededOfCondemnedPacksIsPutElsewhereFromACopy() throws Exception {
    for (boolean lost : new boolean[] {true, false}) {
      MemoryStorage storage = specimen.storage();
      List<ObjectName> packs = new ArrayList<>();
      try (Repository repository = newMachine().open(storage)) {
        // As a pruner does that has listed the manifests before these were sealed, and died.
        List<ObjectId> ids = new ArrayList<>();
        repository
            .index()
            .packs(
                pack -> {
                  ids.add(pack.id());
                  packs.add(PackDescription.kindOf(pack.kind()).name(pack.id()));
                });
        ObjectId id = ObjectId.random(repository.random());
        Condemnation condemnation =
            new Condemnation(id, repository.now(), ids, "pruner", List.of());
        storage.put(
            ObjectKind.CONDEMNATION.name(id),
            repository.keys().sealSmall(ObjectKind.CONDEMNATION, id, condemnation.encode()));
      }
      for (ObjectName pack : packs) {
        if (lost) {
          Damage.lose(storage, pack);
        } else {
          Damage.cut(storage, pack, 200);
        }
      }

      RepairPlan plan = Mending.repair(newMachine(), storage, aCopy(), false);

      assertThat(plan.heals()).as(plan.toString()).isTrue();
      var _ = newMachine().prune(storage);
      assertThat(sealed(storage)).isEqualTo(sealed(specimen.storage())).isNotEmpty();
    }
  }

  private Map<BackupId, Map<String, String>> sealed(MemoryStorage storage) throws Exception {
    Map<BackupId, Map<String, String>> sealed = new TreeMap<>();
    try (Repository repository = newMachine().open(storage)) {
      for (Backup backup : BackupList.read(repository).backups()) {
        if (backup.sealed()) {
          sealed.put(backup.id(), Contents.of(repository, backup));
        }
      }
    }
    return sealed;
  }

  private void withACopy(String what, Harm harm) throws Exception {
    for (ObjectName name : specimen.names()) {
      if (name.value().startsWith("sessions/")) {
        continue; // No copy has them.
      }
      byte[] bytes = specimen.objects().objects().get(name);
      MemoryStorage storage = specimen.storage();
      harm.harm(storage, name, bytes.length);
      RepairPlan plan = Mending.repair(newMachine(), storage, aCopy(), false);
      assertThat(storage.snapshot().objects().get(name))
          .as("%s of %s: %s", what, name, plan)
          .isEqualTo(bytes);
      assertThat(plan.heals()).as("%s of %s: %s", what, name, plan).isTrue();
      assertThat(newMachine().verify(storage).intact()).as("%s of %s", what, name).isTrue();
    }
  }

  @Test
  void withoutACopyNothingIsLostThatCouldBeReadBefore() throws Exception {
    Map<String, Harm> harms =
        Map.of(
            "loss", (storage, name, size) -> Damage.lose(storage, name),
            "a bit turned early", (s, name, size) -> Damage.flip(s, name, (int) (size * 0.3), 4),
            "a bit turned late", (s, name, size) -> Damage.flip(s, name, size - 40, 4),
            "cut off", (storage, name, size) -> Damage.cut(storage, name, size * 2 / 3));
    int healed = 0;
    for (ObjectName name : specimen.names()) {
      for (Map.Entry<String, Harm> harm : harms.entrySet()) {
        MemoryStorage storage = specimen.storage();
        harm.getValue().harm(storage, name, storage.get(name).length);
        healed += alone(harm.getKey() + " of " + name, storage) ? 1 : 0;
      }
    }
    assertThat(healed).as("segments, spare blobs").isGreaterThan(3);
  }

  private boolean alone(String what, MemoryStorage storage) throws Exception {
    try {
      Map<String, String> before = readable(storage);
      RepairPlan plan = Mending.repair(newMachine(), storage, null, false);
      assertThat(readable(storage)).as(what).containsAllEntriesOf(before);
      VerifyReport report = newMachine().verify(storage);
      assertThat(report.intact()).as("%s: %s, %s", what, plan, report).isEqualTo(plan.heals());
      RepairPlan again = Mending.repair(newMachine(), storage, null, false);
      assertThat(again.isEmpty()).as("%s, once more: %s", what, again).isTrue();
      return plan.heals() && !plan.isEmpty();
    } catch (SalvorException e) {
      assertThat(e.code().isDamage()).as(what + ": " + e).isTrue();
      assertThat(what).as(e.getMessage()).matches(".* of (salvor|keys/.*)");
      return false;
    }
  }

  @Test
  void aDamagedPackIsSalvagedFrameByFrameAndTheNextBackupStoresTheRest() throws Exception {
    for (ObjectName name : specimen.names()) {
      if (!name.value().startsWith("packs/")) {
        continue;
      }
      MemoryStorage storage = specimen.storage();
      Damage.flip(storage, name, 140, 1);
      byte[] damaged = storage.get(name);
      RepairPlan plan = Mending.repair(newMachine(), storage, null, false);
      assertThat(plan.salvaged()).as(name.value()).hasSize(1);
      assertThat(storage.get(name)).as("never touched").isEqualTo(damaged);
      RepairPlan fromCopy = Mending.repair(newMachine(), storage, aCopy(), false);
      assertThat(fromCopy.heals())
          .as("what the copy has comes back, though nothing names it any more: %s", fromCopy)
          .isTrue();
      assertThat(newMachine().verify(storage).intact()).isTrue();
    }
  }

  @Test
  void whenEverySegmentIsLostThePacksTellWhatIsInThem() throws Exception {
    for (boolean from : new boolean[] {false, true}) {
      MemoryStorage storage = specimen.storage();
      int packs = 0;
      for (ObjectName name : specimen.names()) {
        if (name.value().startsWith("index/")) {
          Damage.lose(storage, name);
        }
        packs += name.value().startsWith("packs/") ? 1 : 0;
      }
      RepairPlan plan = Mending.repair(newMachine(), storage, from ? aCopy() : null, false);
      assertThat(plan.heals()).as(plan.toString()).isTrue();
      assertThat(plan.believed()).as(plan.toString()).hasSize(from ? 0 : packs);
      assertThat(newMachine().verify(storage).intact()).isTrue();
      assertThat(readable(storage)).isEqualTo(readable(specimen.storage()));
    }
  }

  @Test
  void ofADamagedPackThatLostItsSegmentTooTheRestIsSaved() throws Exception {
    for (ObjectName harmed : specimen.names()) {
      if (!harmed.value().startsWith("packs/")) {
        continue;
      }
      MemoryStorage storage = specimen.storage();
      Damage.flip(storage, harmed, 140, 1);
      Map<String, String> before = readable(storage);
      for (ObjectName name : specimen.names()) {
        if (name.value().startsWith("index/")) {
          Damage.lose(storage, name);
        }
      }
      RepairPlan plan = Mending.repair(newMachine(), storage, null, false);
      assertThat(readable(storage)).as("%s: %s", harmed, plan).containsAllEntriesOf(before);
      assertThat(newMachine().verify(storage).intact())
          .as("%s: %s", harmed, plan)
          .isEqualTo(plan.heals());
    }
  }

  @Test
  void lostManifestsAreGivenUpOnlyIfSomebodySaysSo() throws Exception {
    for (ObjectName name : specimen.names()) {
      if (!name.value().startsWith("backups/")) {
        continue;
      }
      MemoryStorage storage = specimen.storage();
      Damage.lose(storage, name);
      assertThat(Mending.repair(newMachine(), storage, null, false).heals()).isFalse();
      assertThat(newMachine().verify(storage).intact()).isFalse();
      assertThat(Mending.repair(newMachine(), storage, null, true).accepted()).hasSize(1);
      assertThat(newMachine().verify(storage).intact()).isTrue();
    }
  }

  @Test
  void aCrashAtAnyOperationOfARepairLosesNothing() throws Exception {
    for (boolean from : new boolean[] {true, false}) {
      int deaths = 0;
      for (int step = 3; ; step++) {
        MemoryStorage storage = harmed();
        Map<String, String> before = readable(storage);
        FaultyStorage faulty =
            new FaultyStorage(storage, step)
                .atChange(step / 3, new Fault.Crash(Extent.values()[step % 3]));
        if (!dies(faulty, from ? aCopy() : null)) {
          break;
        }
        deaths++;
        String what = "death at change " + step / 3 + ": " + faulty.crashedAt().orElseThrow();
        assertThat(readable(storage)).as(what).containsAllEntriesOf(before);
        RepairPlan plan = Mending.repair(newMachine(), storage, from ? aCopy() : null, false);
        assertThat(readable(storage)).as(what).containsAllEntriesOf(before);
        if (from) {
          assertThat(plan.losses()).as(what).isEmpty();
          assertThat(newMachine().verify(storage).issues())
              .as(what)
              .filteredOn(issue -> !issue.object().matches("(sessions|index|ledger)/.*"))
              .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
        }
      }
      System.out.println((from ? "with" : "without") + " a copy: " + deaths + " deaths");
      assertThat(deaths).isGreaterThan(8);
    }
  }

  /** One pack damaged, one gone, a segment gone, a manifest gone. */
  private MemoryStorage harmed() throws IOException {
    MemoryStorage storage = specimen.storage();
    Random random = new Random(7);
    Map<String, Integer> seen = new TreeMap<>();
    List<ObjectName> largest = new ArrayList<>(specimen.names());
    // By name it might be by chance nothing that can be mended.
    largest.sort(
        Comparator.comparing((ObjectName name) -> -specimen.objects().objects().get(name).length)
            .thenComparing(Comparator.naturalOrder()));
    for (ObjectName name : largest) {
      String kind = name.value().substring(0, Math.max(0, name.value().indexOf('/')));
      int number = seen.merge(kind, 1, Integer::sum);
      if (kind.equals("packs") && number % 3 == 0) {
        Damage.flip(storage, name, 130 + random.nextInt(100), 1);
      } else if ((kind.equals("packs") && number == 1) || (kind.equals("index") && number == 1)) {
        Damage.lose(storage, name);
      } else if (kind.equals("backups") && number == 1) {
        Damage.lose(storage, name);
      }
    }
    return storage;
  }

  private boolean dies(FaultyStorage storage, @Nullable Storage from) throws Exception {
    try {
      RepairPlan _ = Mending.repair(newMachine(), storage, from, false);
      return false;
    } catch (SimulatedCrash e) {
      return true;
    } catch (IOException | RuntimeException e) {
      if (storage.hasCrashed()) {
        return true;
      }
      throw e;
    }
  }

  /** Everything that can be read, by backup and key. */
  private Map<String, String> readable(MemoryStorage storage) throws IOException {
    Map<String, String> readable = new TreeMap<>();
    try (Repository repository = newMachine().open(storage)) {
      for (Backup backup : BackupList.read(repository).backups()) {
        BackupId id = backup.id();
        Contents.readable(repository, backup, (key, e) -> {})
            .forEach((key, digest) -> readable.put(id + " " + key, digest));
      }
    }
    return readable;
  }

  private MemoryStorage aCopy() {
    return MemoryStorage.named("copy", copy);
  }

  private Machine newMachine() throws IOException {
    return new Machine(
        Files.createDirectory(temp.resolve("mender" + places.getAndIncrement())), specimen.clock());
  }
}
