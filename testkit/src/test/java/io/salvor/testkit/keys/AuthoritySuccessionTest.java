package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.Successions.CHEAP;
import static io.salvor.testkit.keys.Successions.NEW;
import static io.salvor.testkit.keys.Successions.OLD;
import static io.salvor.testkit.repository.Noise.noise;
import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.Interruption;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another authority shuts out who knows the one before: they read what they could read, and nothing
 * that they sign counts, though they write the storage.
 */
class AuthoritySuccessionTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final MemoryStorage storage = new MemoryStorage();
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MapSource source =
      new MapSource("map:shop")
          .put("a", noise(1, 50_000))
          .put("b.env", noise(2, 5_000))
          .sensitive("*.env");
  private Machine machine;
  private Machine thief;

  @BeforeEach
  void begin() throws Exception {
    machine = new Machine(temp.resolve("owner"), clock);
    thief = new Machine(temp.resolve("thief"), clock);
    machine.init(storage);
    machine.backup(storage, source, null);
    clock.advance(Duration.ofMinutes(1));
    machine.backup(storage, source.put("c", noise(3, 5_000)), null);
    try (Repository repository = machine.open(storage)) {
      Backup first = BackupList.read(repository).backups().getFirst();
      Facts.add(repository, new Fact.Hold(first.id(), "audit"), "alice");
    }
  }

  @Test
  void everythingBeforeItStaysReadableAndVerifiable() throws Exception {
    succeed(machine, storage, OLD);
    holds(storage);
    try (Repository repository = machine.open(storage, NEW)) {
      assertThat(BackupList.read(repository).backups()).hasSize(2);
      assertThat(Facts.of(repository).holds(BackupList.read(repository).backups().getFirst().id()))
          .isNotEmpty();
      assertThat(repository.keyRegister("owner").credentials()).hasSize(1);
      assertThat(repository.keyFaults()).isEmpty();
    }
    fails(ErrorCode.WRONG_CREDENTIAL, () -> machine.open(storage, OLD));
    try (Repository repository = machine.open(storage, NEW)) {
      clock.advance(Duration.ofMinutes(1));
      machine.backup(repository, source.put("d", noise(4, 5_000)), null);
      PruneReport _ = Prune.run(repository, PruneRequest.by("owner"), Progress.NONE);
    }
    holds(storage);
  }

  @Test
  void whatAThiefSignsWithTheOldSeedCountsForNobody() throws Exception {
    MemoryStorage stolen = MemoryStorage.of(storage.snapshot());
    succeed(machine, storage, OLD);
    ObjectId epoch;
    try (Repository repository = machine.open(storage, NEW)) {
      epoch = repository.keys().epoch();
    }
    // With what they have seen, and what they can sign by it, they add to the storage.
    thief.backup(stolen, new MapSource("map:shop").put("a", noise(66, 50_000)), null);
    try (Repository repository = thief.open(stolen)) {
      repository.keyRegister("thief").rotate();
      Backup latest = BackupList.read(repository).backups().getLast();
      Facts.add(repository, new Fact.Hold(latest.id(), "mine"), "thief");
    }
    for (ObjectName name : stolen.names("")) {
      if (storage.find(name).isEmpty()) {
        storage.put(name, stolen.get(name));
      }
    }
    try (Repository repository = machine.open(storage, NEW)) {
      assertThat(repository.keys().epoch()).isEqualTo(epoch);
      assertThat(BackupList.read(repository).backups()).hasSize(2);
      Backup latest = BackupList.read(repository).backups().getLast();
      assertThat(new TreeMap<>(Contents.of(repository, latest))).isEqualTo(source.contents());
    }
    // The old credential was put back with the rest: this machine knows better.
    try (Repository repository = machine.open(storage, OLD)) {
      assertThat(repository.ledger().issues()).isNotEmpty();
      fails(
          ErrorCode.AUTHORITY_SUCCEEDED,
          () -> machine.backup(repository, new MapSource("map:shop"), null));
    }
  }

  @Test
  void aRegisterThatIsPutBackOpensToNobodyWhoKnowsTheNewPassphraseAlone() throws Exception {
    MemoryStorage back = MemoryStorage.of(storage.snapshot());
    succeed(machine, storage, OLD);
    Machine stranger = new Machine(temp.resolve("stranger"), clock);
    fails(ErrorCode.WRONG_CREDENTIAL, () -> stranger.open(back, NEW));
  }

  @Test
  void aWriterAtWorkIsNotAcknowledgedUnderTheOldOne() throws Exception {
    int[] entries = new int[1];
    MapSource slow =
        source
            .copy()
            .put("z", noise(9, 9_000))
            .beforeEach(
                () -> {
                  if (++entries[0] == 2) {
                    succeed(machine, storage, OLD);
                  }
                });
    fails(ErrorCode.AUTHORITY_SUCCEEDED, () -> thief.backup(storage, slow, null));
    try (Repository repository = machine.open(storage, NEW)) {
      assertThat(BackupList.read(repository).backups()).hasSize(2);
    }
  }

  @Test
  void whoIsOpenDeletesNothingAnyMore() throws Exception {
    try (Repository open = machine.open(storage)) {
      succeed(thief, storage, OLD);
      ObjectName name = storage.names("packs/").getFirst();
      fails(ErrorCode.AUTHORITY_SUCCEEDED, () -> open.storage().delete(name));
      assertThat(storage.find(name)).isPresent();
      fails(
          ErrorCode.AUTHORITY_SUCCEEDED,
          () -> Facts.add(open, new Fact.Tag(id(open), new TreeMap<>(Map.of("k", "v"))), "x"));
    }
    holds(storage);
  }

  @Test
  @Timeout(60)
  void whoDeletesWhileAnotherThreadLooksWaitsForWhatItSees() throws Exception {
    List<ObjectName> packs = storage.names("packs/");
    List<SalvorException> told = new ArrayList<>();
    Repository[] open = new Repository[1];
    Thread second =
        new Thread(
            () -> {
              try {
                open[0].storage().delete(packs.getLast());
              } catch (SalvorException e) {
                told.add(e);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    boolean[] succeeded = new boolean[1];
    Interruption looking =
        Interruption.before(
            operation -> succeeded[0] && operation instanceof Operation.Listing,
            () -> {
              second.start();
              while (second.getState() != Thread.State.BLOCKED && second.isAlive()) {
                Thread.onSpinWait();
              }
            });
    try (Repository repository = machine.open(looking.of(storage))) {
      open[0] = repository;
      succeed(thief, storage, OLD);
      succeeded[0] = true;
      fails(ErrorCode.AUTHORITY_SUCCEEDED, () -> repository.storage().delete(packs.getFirst()));
      second.join();
    }
    assertThat(told).extracting(SalvorException::code).containsOnly(ErrorCode.AUTHORITY_SUCCEEDED);
    assertThat(storage.names("packs/")).containsAll(packs);
  }

  @Test
  void theSamePassphraseIsRefused() throws Exception {
    try (Repository repository = machine.open(storage);
        Passphrase same = Successions.passphrase(OLD)) {
      fails(
          ErrorCode.CREDENTIAL_NEEDED,
          () -> repository.succeedAuthority(same, "x", CHEAP, "owner", Progress.NONE));
    }
  }

  @Test
  void oneAfterAnotherIsSucceededToo() throws Exception {
    succeed(machine, storage, OLD);
    try (Repository repository = machine.open(storage, NEW);
        Passphrase third = Successions.passphrase("third")) {
      machine.backup(repository, source.put("d", noise(4, 5_000)), null);
      repository.succeedAuthority(third, "x", CHEAP, "owner", Progress.NONE);
    }
    try (Repository repository = machine.open(storage, "third")) {
      assertThat(BackupList.read(repository).backups()).hasSize(3);
      assertThat(Machine.verify(repository).intact()).isTrue();
      assertThat(repository.keyFaults()).isEmpty();
    }
  }

  @Test
  void aCrashAnywhereLeavesWhatReadsAsBeforeAndIsEndedByAnotherRun() throws Exception {
    ObjectId before;
    try (Repository repository = machine.open(storage)) {
      before = repository.keys().epoch();
    }
    int operation = 1;
    for (boolean died = true; died; operation++) {
      for (Extent extent : List.of(Extent.NOTHING, Extent.WHOLE)) {
        MemoryStorage left = MemoryStorage.of(storage.snapshot());
        FaultyStorage faulty =
            new FaultyStorage(left, operation).at(operation, new Fault.Crash(extent));
        Machine fresh = new Machine(temp.resolve("m" + operation + extent), clock);
        try {
          died = false;
          succeed(fresh, faulty, OLD);
        } catch (SimulatedCrash e) {
          died = true;
          String at = faulty.crashedAt().orElseThrow();
          if (extent == Extent.WHOLE && !at.startsWith("put") && !at.startsWith("delete")) {
            continue;
          }
        }
        if (died && !opens(fresh, left, NEW)) {
          try (Repository repository = fresh.open(left, OLD)) {
            assertThat(BackupList.read(repository).backups()).hasSize(2);
          }
        }
        // Of what is taken away half may be gone: the old passphrase is told of the successor.
        boolean succeeded = opens(fresh, left, NEW);
        MapSource now = source.copy();
        if (succeeded) {
          // Whoever knows it uses it, though nobody was told.
          clock.advance(Duration.ofMinutes(1));
          fresh.backup(fresh.open(left, NEW), now.put("used", noise(7, 500)), null);
        }
        if (opens(fresh, left, OLD, succeeded)) {
          succeed(fresh, left, OLD);
        }
        holds(left, now);
        try (Repository repository = fresh.open(left, NEW)) {
          assertThat(repository.keys().epoch()).isNotEqualTo(before);
          assertThat(repository.keyRegister("owner").credentials()).hasSize(1);
        }
      }
    }
    assertThat(operation).isGreaterThan(20);
  }

  private boolean opens(Machine with, Storage in, String passphrase) throws IOException {
    return opens(with, in, passphrase, false);
  }

  private boolean opens(Machine with, Storage in, String passphrase, boolean succeeded)
      throws IOException {
    try (Repository _ = with.open(MemoryStorage.of(((MemoryStorage) in).snapshot()), passphrase)) {
      return true;
    } catch (SalvorException e) {
      if (!succeeded || e.code() != ErrorCode.AUTHORITY_SUCCEEDED) {
        assertThat(e.code()).isIn(ErrorCode.WRONG_CREDENTIAL, ErrorCode.CREDENTIAL_WITHDRAWN);
      }
      return false;
    }
  }

  private static void succeed(Machine with, Storage in, String passphrase) {
    // Not closed if it dies: a dead process closes nothing.
    Repository repository;
    try {
      repository = with.open(in, passphrase);
      try (Passphrase next = Successions.passphrase(NEW)) {
        ObjectId _ = repository.succeedAuthority(next, "new", CHEAP, "owner", Progress.NONE);
      }
      repository.close();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void holds(MemoryStorage in) throws Exception {
    holds(in, source);
  }

  private void holds(MemoryStorage in, MapSource latest) throws Exception {
    Machine stranger = new Machine(temp.resolve("new" + new Random().nextLong()), clock);
    try (Repository repository = stranger.open(in, NEW)) {
      List<Backup> backups = BackupList.read(repository).backups();
      TreeMap<String, String> found = new TreeMap<>(Contents.of(repository, backups.getLast()));
      assertThat(found).isEqualTo(latest.contents());
      assertThat(Machine.verify(repository).issues())
          .filteredOn(i -> i.severity() == VerifyReport.Severity.DAMAGE)
          .isEmpty();
    }
  }

  private static BackupId id(Repository repository) throws IOException {
    return BackupList.read(repository).backups().getFirst().id();
  }
}
