package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SteppedStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do while everything is sealed anew, before each operation on the storage in turn. */
class ReencryptionMeanwhileTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final Instant start = Instant.parse("2026-01-30T15:00:00Z");
  private final MapSource source = new MapSource();
  private MemoryStorage.Snapshot objects = MemoryStorage.Snapshot.EMPTY;
  private SettableClock clock = new SettableClock(start);
  private int places;

  /** A dead process closes nothing. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  /** What happens meanwhile. */
  private interface Event {
    void happens(MemoryStorage storage) throws Exception;
  }

  @BeforeEach
  void aRotatedRepositoryWithABackup() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Machine machine = machine("maker");
    machine.init(storage);
    for (int i = 0; i < 3; i++) {
      byte[] bytes = new byte[2_000];
      new Random(i).nextBytes(bytes);
      source.put("file " + i, bytes);
      clock.advance(Duration.ofMinutes(1));
      var _ = machine.backup(storage, source, null);
    }
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("maker").rotate();
    }
    objects = storage.snapshot();
  }

  @Test
  void ofTwoAtATimeOneGoesOn() throws Exception {
    ofTwoOneGoesOn(5);
  }

  @Test
  @Tag("slow")
  void ofTwoAtATimeOneGoesOnEverywhere() throws Exception {
    ofTwoOneGoesOn(1);
  }

  private void ofTwoOneGoesOn(int step) throws Exception {
    int[] done = {0, 0, 0};
    for (int operation = 1; ; operation += step) {
      int[] second = {0};
      int first =
          meanwhile(
              operation, 0, storage -> second[0] = reencrypt(machine("second"), storage) ? 1 : 2);
      if (second[0] == 0) {
        assertThat(operation).isGreaterThan(50);
        break;
      }
      assertThat(first == 1 || second[0] == 1).as("one at least, at %d", operation).isTrue();
      done[first == 1 ? second[0] == 1 ? 2 : 0 : 1]++;
    }
    System.out.printf(
        "the first %d, the second %d, one after the other %d%n", done[0], done[1], done[2]);
    assertThat(done[0]).isPositive();
  }

  @Test
  void whoIsGivenUpWhileItSleepsLosesNothing() throws Exception {
    givenUpWhileItSleeps(13);
  }

  @Test
  @Tag("slow")
  void whoIsGivenUpWhileItSleepsLosesNothingWhereverItDiesThen() throws Exception {
    givenUpWhileItSleeps(1);
  }

  private void givenUpWhileItSleeps(int step) throws Exception {
    for (int operation = 1; ; operation += step) {
      boolean[] slept = {false};
      for (int more = 0; more < 3; more++) {
        meanwhile(
            operation,
            more,
            storage -> {
              slept[0] = true;
              clock.advance(Duration.ofDays(3));
              for (int i = 0; i < 3; i++) {
                var _ = machine("pruner").prune(storage, PruneRequest.by("pruner"));
              }
            });
      }
      if (!slept[0]) {
        assertThat(operation).isGreaterThan(50);
        return;
      }
    }
  }

  @Test
  void whoHadOpenedItBeforeReliesOnNothingThatHasLostItsNames() throws Exception {
    MemoryStorage storage = MemoryStorage.of(objects);
    try (Repository before = machine("writer").open(storage)) {
      run(machine("first"), storage);
      for (Backup backup : machine("other").list(storage)) {
        machine("other").forget(storage, backup.id());
      }
      clock.advance(Duration.ofHours(1));
      try (Repository other = machine("other").open(storage)) {
        // Somebody is at work while the new packs are condemned: the old ones stay, unnamed.
        CopySession session = CopySession.begin(other, "other", "repair");
        SteppedStorage stepped =
            new SteppedStorage(
                storage,
                operation -> {
                  if (operation instanceof Operation.Put(ObjectName name, byte[] _)
                      && name.value().startsWith("prune/")) {
                    session.close();
                  }
                });
        assertThat(machine("pruner").prune(stepped, PruneRequest.by("pruner")).deleted())
            .isPositive();
      }
      var _ = machine("writer").backup(before, source, null);
    }
    try (Repository repository = machine("reader").open(storage)) {
      assertThat(Contents.of(repository, BackupList.read(repository).backups().getLast()))
          .isEqualTo(source.contents());
    }
    assertThat(machine("last").prune(storage, PruneRequest.by("last")).isComplete()).isTrue();
  }

  @Test
  void whoIsGivenUpWhileItSleepsTakesNothingFromWhoGoesOn() throws Exception {
    whoGoesOnKeepsWhatItHas(7);
  }

  @Test
  @Tag("slow")
  void whoIsGivenUpWhileItSleepsTakesNothingFromWhoGoesOnEverywhere() throws Exception {
    whoGoesOnKeepsWhatItHas(1);
  }

  private void whoGoesOnKeepsWhatItHas(int step) throws Exception {
    for (int operation = 1; ; operation += step) {
      boolean[] slept = {false};
      meanwhile(
          operation,
          0,
          storage -> {
            slept[0] = true;
            clock.advance(Duration.ofHours(3));
            assertThat(reencrypt(machine("second"), storage)).isTrue();
          });
      if (!slept[0]) {
        assertThat(operation).isGreaterThan(50);
        return;
      }
    }
  }

  @Test
  void whoDiesLeavesNothingThereTwice() throws Exception {
    nothingIsThereTwice(9);
  }

  @Test
  @Tag("slow")
  void whoDiesLeavesNothingThereTwiceAnywhere() throws Exception {
    nothingIsThereTwice(1);
  }

  private void nothingIsThereTwice(int step) throws Exception {
    long packs = packs(MemoryStorage.of(objects));
    for (int operation = 1; ; operation += step) {
      clock = new SettableClock(start.plus(Duration.ofHours(1)));
      MemoryStorage storage = MemoryStorage.of(objects);
      int[] left = {operation};
      SteppedStorage stepped =
          new SteppedStorage(
              storage,
              before -> {
                if (--left[0] == 0) {
                  throw new Death();
                }
              });
      boolean died = false;
      try {
        run(machine("first"), stepped);
      } catch (Death e) {
        died = true;
      }
      if (!died) {
        assertThat(operation).isGreaterThan(50);
        return;
      }
      clock.advance(Duration.ofDays(3));
      run(machine("second"), storage);
      for (int i = 0; i < 2; i++) {
        assertThat(machine("last").prune(storage, PruneRequest.by("last")).isComplete()).isTrue();
      }
      assertThat(packs(storage)).as("dead at operation %d", operation).isEqualTo(packs);
      LocalCopies.remove(temp.resolve("local"));
    }
  }

  private static long packs(MemoryStorage storage) {
    return storage.snapshot().objects().keySet().stream()
        .filter(name -> name.value().startsWith("packs/"))
        .count();
  }

  @Test
  void whatIsMergedMeanwhileIsNotReadAgain() throws Exception {
    assertThat(packReads(5)).as("with merges in between").isEqualTo(packReads(0));
  }

  /** How often packs are read when all segments are merged before so many of its own are stored. */
  private int packReads(int merges) throws Exception {
    MemoryStorage storage = MemoryStorage.of(objects);
    int[] left = {merges};
    AtomicInteger reads = new AtomicInteger();
    SteppedStorage stepped =
        new SteppedStorage(
            storage,
            before -> {
              if (before instanceof Operation.GetRange get
                  && get.name().value().startsWith("packs/")) {
                reads.incrementAndGet();
              }
              if (before instanceof Operation.Put put
                  && put.name().value().startsWith("index/")
                  && left[0]-- > 0) {
                merge(storage);
              }
            });
    run(machine("rotator"), stepped);
    if (merges > 0) {
      assertThat(left[0]).isNotPositive();
      holds(storage, "after " + merges + " merges");
    }
    return reads.get();
  }

  private void merge(Storage storage) {
    try (Repository repository = machine("merger").open(storage)) {
      SegmentRewrite rewrite =
          new SegmentRewrite(storage, repository.keys(), repository.index(), Progress.NONE);
      int _ = rewrite.deleteSuperseded();
      int _ = rewrite.replace(repository.index().segments(), Set.of());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatManyHaveStoredAtOnceCostsNoMoreReadsThanOtherPacks() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Machine machine = machine("maker");
    machine.init(storage);
    int many = 12;
    List<Repository> opened = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      opened.add(machine("writer " + i).open(storage));
    }
    for (Repository repository : opened) {
      // None of them knows of the others: each stores the same.
      try (repository;
          BlobWriter writer = repository.newWriter()) {
        var _ = writer.put(BlobKind.DATA, new byte[3_000], 0, 3_000);
        var _ = writer.writeSegments(writer.flush());
      }
    }
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("maker").rotate();
    }
    AtomicInteger reads = new AtomicInteger();
    SteppedStorage counting =
        new SteppedStorage(
            storage,
            operation -> {
              if (operation instanceof Operation.Get get
                  && get.name().value().startsWith("index/")) {
                reads.incrementAndGet();
              }
            });
    try (Repository repository = machine.open(counting)) {
      reads.set(0);
      assertThat(Reencryption.run(repository, "maker", Progress.NONE).packs()).isEqualTo(many);
    }
    assertThat(reads.get()).as("segments read").isLessThan(4 * many);
  }

  @Test
  void oneThatHasDiedElsewhereIsTakenOver() throws Exception {
    MemoryStorage storage = MemoryStorage.of(objects);
    try (Repository repository = machine("dead").open(storage)) {
      CopySession left = CopySession.begin(repository, "dead", "re-encryption");
      left.requireAlive();
      assertThatThrownBy(() -> run(machine("living"), storage))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.REENCRYPTION_RUNNING));
      clock.advance(Duration.ofHours(2));
      assertThat(reencrypt(machine("living"), storage)).isTrue();
      assertThatThrownBy(left::requireAlive)
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_REVOKED));
      left.close();
    }
    holds(storage, "taken over");
  }

  /**
   * Something happens before an operation of a re-encryption, which dies some operations later,
   * unless {@code more} is 0; afterwards everything is there.
   *
   * @return 1 if the re-encryption came to its end
   */
  private int meanwhile(int operation, int more, Event event) throws Exception {
    clock = new SettableClock(start.plus(Duration.ofHours(1)));
    MemoryStorage storage = MemoryStorage.of(objects);
    int[] operations = {0};
    SteppedStorage stepped =
        new SteppedStorage(
            storage,
            before -> {
              int now = ++operations[0];
              if (now == operation) {
                try {
                  event.happens(storage);
                } catch (Exception e) {
                  throw new IllegalStateException("operation " + operation, e);
                }
              } else if (more > 0 && now >= operation + more) {
                throw new Death();
              }
            });
    boolean done = false;
    try {
      done = reencrypt(machine("first"), stepped);
    } catch (Death e) {
      done = false;
    }
    String what = "before operation " + operation + ", dead after " + more;
    holds(storage, what);
    clock.advance(Duration.ofDays(3));
    for (int i = 0; i < 2; i++) {
      assertThat(machine("last").prune(storage, PruneRequest.by("last")).isComplete())
          .as(what)
          .isTrue();
    }
    holds(storage, what + ", pruned");
    if (!done) {
      assertThat(reencrypt(machine("last"), storage)).as(what).isTrue();
    }
    try (Repository repository = machine("last").open(storage)) {
      assertThat(Exposure.of(repository, repository.keyRegister("last"), Progress.NONE))
          .as(what)
          .filteredOn(e -> !e.epoch().newest())
          .allSatisfy(e -> assertThat(e.packs() + e.backups().size()).isZero());
    }
    holds(storage, what + ", in the end");
    LocalCopies.remove(temp.resolve("local"));
    return done ? 1 : 0;
  }

  /** Whether it came to its end; otherwise it was refused or given up. */
  private static boolean reencrypt(Machine machine, Storage storage) throws Exception {
    try {
      run(machine, storage);
      return true;
    } catch (SalvorException e) {
      assertThat(e.code()).isIn(ErrorCode.REENCRYPTION_RUNNING, ErrorCode.SESSION_REVOKED);
      return false;
    }
  }

  private static void run(Machine machine, Storage storage) throws Exception {
    Repository repository = machine.open(storage);
    assertThat(Reencryption.run(repository, machine.host(), Progress.NONE).failures()).isEmpty();
    repository.close();
  }

  private void holds(MemoryStorage storage, String what) throws Exception {
    try (Repository repository = machine("reader").open(storage)) {
      BackupList list = BackupList.read(repository);
      assertThat(list.backups()).as(what).hasSize(3);
      assertThat(Contents.of(repository, list.backups().getLast()))
          .as(what)
          .isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .as(what)
          .noneMatch(issue -> issue.severity() == Severity.DAMAGE);
    }
  }

  private Machine machine(String host) throws Exception {
    Path place = temp.resolve("local").resolve(host + places++);
    return new Machine(Files.createDirectories(place), clock, host);
  }
}
