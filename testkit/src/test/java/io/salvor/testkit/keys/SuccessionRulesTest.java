package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.Successions.CHEAP;
import static io.salvor.testkit.keys.Successions.NEW;
import static io.salvor.testkit.keys.Successions.OLD;
import static io.salvor.testkit.keys.Successions.passphrase;
import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.erasure.Withdrawals;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.keys.Forgeries;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a succession of the authority insists on: nothing that was acknowledged is left out,
 * whatever lists hide, and what was cut off can be ended.
 */
class SuccessionRulesTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Successions world;
  private Machine machine;
  private MemoryStorage storage;

  @BeforeEach
  void begin() throws Exception {
    world = new Successions(temp);
    storage = world.storage;
    machine = world.newMachine();
  }

  @Test
  void whatListsHideCountsAllTheSame() throws Exception {
    world.backup(storage, OLD);
    Set<ObjectName> hidden = Set.copyOf(storage.names("backups/"));
    Storage hiding = new Hiding(storage, hidden::contains);
    world.succeed(hiding, NEW);
    world.holds(storage, NEW, 2);
  }

  @Test
  void damageIsToBeMendedBeforeItIsLeftOutForGood() throws Exception {
    for (String prefix : List.of("backups/", "index/", "ledger/")) {
      MemoryStorage damaged = MemoryStorage.of(storage.snapshot());
      for (ObjectName name : damaged.names(prefix)) {
        byte[] object = damaged.get(name);
        byte[] turned = object.clone();
        turned[turned.length / 2] ^= 1;
        damaged.delete(name);
        damaged.put(name, turned);
        fails(ErrorCode.OBJECT_DAMAGED, () -> world.succeed(damaged, NEW));
        assertThat(damaged.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));
        damaged.delete(name);
        if (prefix.equals("backups/")) {
          fails(ErrorCode.OBJECT_LOST, () -> world.succeed(damaged, NEW));
        }
        damaged.put(name, object);
      }
      world.succeed(damaged, NEW);
      world.holds(damaged, NEW, 1);
    }
  }

  @Test
  void itWaitsTwiceAsLateAsListsAreAndRefusesWhereThatIsUnknown() throws Exception {
    List<Duration> waits = new ArrayList<>();
    Machine patient = new Machine(temp.resolve("patient"), world.clock, "host", waits::add);
    Successions.succeed(
        patient, new Hiding(storage, name -> false).lagging(Duration.ofSeconds(3)), OLD, NEW);
    assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(6));
    MemoryStorage later = new MemoryStorage();
    machine.init(later);
    Storage unknown = new Hiding(later, name -> false).lagging(StorageTraits.UNKNOWN_LAG);
    fails(ErrorCode.LISTING_LAG_UNKNOWN, () -> world.succeed(unknown, NEW));
  }

  @Test
  void anEpochThatNobodyWasGrantedIsInTheWayOnlyIfSomethingIsSealedToIt() throws Exception {
    ObjectId before;
    try (Repository repository = machine.open(storage)) {
      before = repository.keys().epoch();
    }
    Forgeries.epoch(storage, OLD, before, world.clock.instant().minusSeconds(1));
    // Somebody may have made it the newest; nothing is written by this credential then.
    world.succeed(storage, NEW);
    world.holds(storage, NEW, 1);
  }

  @Test
  void whoWasNotGrantedWhatSomethingIsSealedToLeavesNothingBehind() throws Exception {
    Set<String> before = Set.copyOf(keys());
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("owner").rotate();
    }
    world.backup(storage, OLD);
    List<String> grants =
        keys().stream().filter(n -> n.endsWith(".grant") && !before.contains(n)).toList();
    try (Repository repository = machine.open(storage)) {
      // Without the sealed manifest nothing but packs of the index tells of that epoch.
      machine.forget(storage, BackupList.read(repository).backups().getLast().id());
      repository
          .ledger()
          .append(
              LedgerChange.removing(grants), world.clock.instant(), "test", repository.random());
    }
    for (String grant : grants) {
      storage.delete(new ObjectName(grant));
    }
    fails(ErrorCode.EPOCH_NOT_GRANTED, () -> world.succeed(storage, NEW));
    assertThat(storage.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));

    try (Repository repository = machine.open(storage);
        Passphrase blind = passphrase("blind")) {
      var _ = repository.keyRegister("owner").add(blind, "blind", CHEAP, false);
    }
    fails(
        ErrorCode.EPOCH_NOT_GRANTED,
        () -> Successions.succeed(world.newMachine(), storage, "blind", NEW));
  }

  @Test
  void afterAnErasureItIsPossible() throws Exception {
    MemoryStorage erasable = new MemoryStorage();
    KmsKey first = key("one");
    machine.initErasable(erasable, first);
    Backup erased;
    try (Repository repository = machine.open(erasable, first)) {
      var _ = machine.backup(repository, world.source, null);
      world.clock.advance(Duration.ofMinutes(1));
      erased =
          machine
              .backup(repository, world.source.copy().put("x", Successions.text("away")), null)
              .backup();
      world.clock.advance(Duration.ofMinutes(1));
      var _ = machine.backup(repository, world.source.put("b", Successions.text("stays")), null);
    }
    ErasureRequest request =
        new ErasureRequest(
            Set.of(erased.id()), key("two"), "two", List.of(), Duration.ZERO, "owner");
    var _ = Erasure.run(() -> machine.open(erasable, key("one")), request, Progress.NONE);
    try (Repository repository = machine.open(erasable, key("two"))) {
      var _ = repository.succeedAuthority(key("three"), "three", CHEAP, "owner", Progress.NONE);
    }
    try (Repository repository = machine.open(erasable, key("three"))) {
      List<Backup> backups = BackupList.read(repository).backups();
      assertThat(backups).hasSize(2);
      assertThat(new TreeMap<>(Contents.of(repository, backups.getLast())))
          .isEqualTo(world.source.contents());
    }
  }

  @Test
  void whatWasCutOffInAnErasableRepositoryCanBeEnded() throws Exception {
    MemoryStorage erasable = new MemoryStorage();
    machine.initErasable(erasable, key("one"));
    try (Repository repository = machine.open(erasable, key("one"))) {
      var _ = machine.backup(repository, world.source, null);
    }
    for (String ending : List.of(".authority", ".census", ".grant", ".credential")) {
      MemoryStorage left = MemoryStorage.of(erasable.snapshot());
      assertThatThrownBy(() -> succeedNoting(new Successions.CutOff(left, ending)))
          .as(ending)
          .isInstanceOf(IOException.class);
      succeedNoting(left);
      try (Repository repository = world.newMachine().open(left, key("two"))) {
        assertThat(BackupList.read(repository).backups()).hasSize(1);
        assertThat(Facts.of(repository).notes())
            .extracting(Note::fact)
            .filteredOn(Fact.Withdrawn.class::isInstance)
            .isNotEmpty();
      }
    }
  }

  /** As the command does it. */
  private void succeedNoting(Storage in) throws Exception {
    try (Repository repository = world.newMachine().open(in, key("one"))) {
      Withdrawals.noteAll(repository, repository.keyRegister("owner"), "owner");
      var _ = repository.succeedAuthority(key("two"), "two", CHEAP, "owner", Progress.NONE);
    }
  }

  private KmsKey key(String name) throws IOException {
    return new KeyFile(temp.resolve(name)).make().key();
  }

  private List<String> keys() {
    return storage.names("keys/").stream().map(ObjectName::value).toList();
  }
}
