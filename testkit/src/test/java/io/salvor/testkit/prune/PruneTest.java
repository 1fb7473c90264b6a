package io.salvor.testkit.prune;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Cancellation;
import io.salvor.engine.prune.FoundSession;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PrunePlan;
import io.salvor.engine.prune.PrunePlan.Fate;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.StorageTraits;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a prune deletes, and what it must not. */
class PruneTest {
  private static final ObjectId STRANGER = ObjectId.parse("00112233445566778899aabbccddeeff");

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
  private final MemoryStorage storage = new MemoryStorage();
  private final MapSource source = new MapSource();
  private Machine machine;
  private int places;

  @BeforeEach
  void makeRepository() throws Exception {
    machine = new Machine(place(), clock);
    machine.init(storage);
    for (int i = 0; i < 8; i++) {
      source.put("file " + i, noise(i, 50_000));
    }
  }

  @Test
  void withNothingForgottenNothingIsDeleted() throws Exception {
    backup();
    MemoryStorage.Snapshot before = storage.snapshot();
    PruneReport report = machine.prune(storage);
    assertThat(report.deleted()).isZero();
    assertThat(report.isComplete()).isTrue();
    assertThat(storage.snapshot().objects().keySet()).isEqualTo(before.objects().keySet());
  }

  @Test
  void whatOnlyAForgottenBackupNeedsIsDeleted() throws Exception {
    BackupReport first = backup();
    MapSource other = new MapSource("map:other").put("x", noise(99, 400_000));
    BackupReport second = machine.backup(storage, other, null);
    machine.forget(storage, first.backup().id());
    long before = storage.size();
    PruneReport report = machine.prune(storage);
    assertThat(report.plan().packs(Fate.DEAD)).hasSize(2);
    assertThat(report.deleted()).isEqualTo(2);
    assertThat(before - storage.size()).isGreaterThan(390_000);
    intact(second, other);
  }

  @Test
  void whatIsNeededOfASparsePackIsCopied() throws Exception {
    BackupReport first = backup();
    for (int i = 1; i < 8; i++) {
      source.remove("file " + i);
    }
    BackupReport second = backup();
    machine.forget(storage, first.backup().id());
    long before = storage.size();
    PruneReport report = machine.prune(storage);
    assertThat(report.plan().packs(Fate.SPARSE)).isNotEmpty();
    assertThat(report.copiedBlobs()).isEqualTo(1);
    assertThat(before - storage.size()).isGreaterThan(340_000);
    intact(second, source);
    assertThat(machine.prune(storage).plan().isEmpty()).as("the next finds nothing").isTrue();
  }

  @Test
  void aPackOfWhichEnoughIsNeededStaysAsItIs() throws Exception {
    BackupReport first = backup();
    source.remove("file 7");
    BackupReport second = backup();
    machine.forget(storage, first.backup().id());
    PruneReport report = machine.prune(storage);
    assertThat(report.copiedBlobs()).isZero();
    intact(second, source);
    PruneRequest strict = new PruneRequest(0.05, Duration.ofHours(48), Duration.ZERO, "tester");
    assertThat(machine.prune(storage, strict).copiedBlobs()).isEqualTo(7);
    intact(second, source);
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    BackupReport first = backup();
    source.remove("file 1").remove("file 2").remove("file 3");
    backup();
    machine.forget(storage, first.backup().id());
    MemoryStorage.Snapshot before = storage.snapshot();
    try (Repository repository = machine.open(storage)) {
      PrunePlan plan = Prune.plan(repository, PruneRequest.by("me"), Progress.NONE);
      assertThat(plan.freed()).isGreaterThan(140_000);
      assertThat(plan.copied()).isGreaterThan(240_000);
    }
    assertThat(storage.snapshot().objects()).isEqualTo(before.objects());
  }

  @Test
  void aBackupWithAnUnresolvedReferenceStopsIt() throws Exception {
    BackupReport first = backup();
    MapSource other = new MapSource("map:other").put("x", noise(99, 600_000));
    machine.backup(storage, other, null);
    machine.forget(storage, first.backup().id());
    // The larger one is the data of the backup that stays.
    ObjectName largest =
        storage.snapshot().objects().entrySet().stream()
            .filter(o -> o.getKey().value().startsWith("packs/"))
            .max((x, y) -> x.getValue().length - y.getValue().length)
            .orElseThrow()
            .getKey();
    byte[] data = storage.get(largest);
    storage.delete(largest);
    MemoryStorage.Snapshot before = storage.snapshot();
    assertThatThrownBy(() -> machine.prune(storage))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.REFERENCE_UNRESOLVED);
              assertThat(e.code().exit().code()).isEqualTo(4);
              assertThat(e.remedy()).contains("repair");
            });
    assertThat(storage.snapshot().objects().keySet()).isEqualTo(before.objects().keySet());
    storage.put(largest, data);
    assertThat(machine.prune(storage).deleted()).isEqualTo(2);
  }

  @Test
  void aLostManifestStopsIt() throws Exception {
    BackupReport first = backup();
    storage.delete(first.backup().object());
    assertThatThrownBy(() -> machine.prune(storage))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.REFERENCE_UNRESOLVED);
              assertThat(e.getMessage()).contains(first.backup().id().text());
            });
  }

  @Test
  void aPackThatNoSegmentNamesIsDeleted() throws Exception {
    BackupReport first = backup();
    ObjectName orphan = new ObjectName("packs/00/" + STRANGER);
    storage.put(orphan, noise(1, 1000));
    PruneReport report = machine.prune(storage);
    assertThat(report.plan().packs(Fate.ORPHAN)).hasSize(1);
    assertThat(storage.find(orphan)).isEmpty();
    intact(first, source);
  }

  @Test
  void aWriterAtWorkIsWaitedForAndThenItGoesOn() throws Exception {
    BackupReport first = backup();
    MapSource slow = new MapSource("map:slow").put("a", noise(50, 1000)).put("b", noise(51, 100));
    List<PruneReport> reports = new ArrayList<>();
    int[] entries = {0};
    slow.beforeEach(
        () -> {
          if (++entries[0] == 2) {
            try {
              machine.forget(storage, first.backup().id());
              reports.add(new Machine(place(), clock).prune(storage));
              reports.add(machine.prune(storage));
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    BackupReport second = machine.backup(storage, slow, null);
    assertThat(reports).noneMatch(PruneReport::isComplete);
    assertThat(reports).allMatch(r -> r.deleted() == 0 && r.waitsFor().size() == 1);
    assertThat(reports.getFirst().condemned()).isEqualTo(2);
    assertThat(reports.getLast().condemned()).as("condemned once").isZero();
    assertThat(machine.prune(storage).deleted()).isEqualTo(2);
    intact(second, slow);
  }

  @Test
  void aWriterThatUsesWhatIsCondemnedMeanwhileLosesNothing() throws Exception {
    BackupReport first = backup();
    MapSource same = source.copy();
    int[] entries = {0};
    same.beforeEach(
        () -> {
          if (++entries[0] == 5) {
            try {
              machine.forget(storage, first.backup().id());
              new Machine(place(), clock).prune(storage);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    BackupReport second = machine.backup(storage, same, null);
    PruneReport report = machine.prune(storage);
    assertThat(report.isComplete()).isTrue();
    assertThat(report.deleted()).isPositive();
    intact(second, source);
  }

  @Test
  void aSilentWriterIsGivenUpAndBeginsAgain() throws Exception {
    BackupReport first = backup();
    MapSource same = source.copy();
    int[] entries = {0};
    List<PruneReport> reports = new ArrayList<>();
    same.beforeEach(
        () -> {
          if (++entries[0] == 5) {
            clock.advance(Duration.ofDays(3));
            try {
              machine.forget(storage, first.backup().id());
              reports.add(new Machine(place(), clock).prune(storage));
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    BackupReport second = machine.backup(storage, same, null);
    assertThat(reports.getFirst().isComplete()).isTrue();
    assertThat(reports.getFirst().closed()).isEqualTo(1);
    assertThat(second.warnings()).anyMatch(w -> w.code().equals("begun-again"));
    intact(second, source);
    machine.prune(storage);
    intact(second, source);
  }

  @Test
  void aCancelledWriterStops() throws Exception {
    MapSource same = source.copy();
    int[] entries = {0};
    same.beforeEach(
        () -> {
          if (++entries[0] == 5) {
            try (Repository repository = new Machine(place(), clock).open(storage)) {
              FoundSession cancelled = Cancellation.cancel(repository, "2026", "me");
              assertThat(cancelled.open()).isNotNull();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    assertThatThrownBy(() -> machine.backup(storage, same, null))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_CANCELLED));
    assertThat(machine.list(storage))
        .allMatch(b -> b.manifest().status() == BackupStatus.INTERRUPTED);
    try (Repository repository = machine.open(storage)) {
      assertThatThrownBy(() -> Cancellation.cancel(repository, "1999", "me"))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_UNKNOWN));
    }
  }

  @Test
  void aReaderFindsWhatWasMovedUnderIt() throws Exception {
    BackupReport first = backup();
    for (int i = 1; i < 8; i++) {
      source.remove("file " + i);
    }
    BackupReport second = backup();
    try (Repository reader = new Machine(place(), clock).open(storage)) {
      machine.forget(storage, first.backup().id());
      assertThat(machine.prune(storage).copiedBlobs()).isEqualTo(1);
      assertThat(Contents.of(reader, second.backup())).isEqualTo(source.contents());
    }
  }

  @Test
  void manySmallSegmentsAreMergedAndLaterDeleted() throws Exception {
    BackupReport last = backup();
    for (int i = 0; i < 80; i++) {
      source.put("more " + i, noise(1000 + i, 10));
      last = backup();
    }
    // One is merged of 65; the next merge would take those away for which it stands.
    assertThat(count("index/")).isGreaterThan(78);
    machine.prune(storage);
    assertThat(count("index/")).as("one of 65, and those since").isLessThan(20);
    intact(last, source);
    intact(machine.list(storage).getFirst());
  }

  @Test
  void finishedCondemnationsAreMergedAndKept() throws Exception {
    BackupReport last = backup();
    for (int i = 0; i < 18; i++) {
      source.put("file 0", noise(2000 + i, 5000));
      BackupReport next = backup();
      machine.forget(storage, last.backup().id());
      machine.prune(storage);
      last = next;
    }
    assertThat(count("prune/")).isLessThan(18);
    Repository repository = machine.open(storage);
    try (repository) {
      repository.condemnations().refresh();
      assertThat(repository.condemnations().packs()).hasSizeGreaterThan(17);
    }
    intact(last, source);
  }

  @Test
  void onAFullStorageDeadPacksGoAndTheRestSaysWhatItNeeds() throws Exception {
    BackupReport first = backup();
    MapSource dead = new MapSource("map:dead").put("x", noise(99, 400_000));
    BackupReport second = machine.backup(storage, dead, null);
    for (int i = 3; i < 8; i++) {
      source.remove("file " + i);
    }
    BackupReport third = backup();
    machine.forget(storage, first.backup().id());
    machine.forget(storage, second.backup().id());
    FaultyStorage full = new FaultyStorage(storage, 1);
    full.leaveRoom(2_000);
    long before = storage.size();
    PruneReport report = machine.prune(full);
    assertThat(report.isComplete()).isTrue();
    assertThat(before - storage.size()).isGreaterThan(600_000);
    intact(third, source);
  }

  @Test
  void withoutRoomForCopiesItSaysHowMuchItNeeds() throws Exception {
    BackupReport first = backup();
    for (int i = 3; i < 8; i++) {
      source.remove("file " + i);
    }
    BackupReport second = backup();
    machine.forget(storage, first.backup().id());
    FaultyStorage full = new FaultyStorage(storage, 1);
    full.leaveRoom(2_000);
    assertThatThrownBy(() -> machine.prune(full))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL);
              assertThat(e.getMessage()).matches(".*needs about 15\\d{4} bytes");
            });
    intact(second, source);
    assertThat(machine.prune(storage).isComplete()).isTrue();
    intact(second, source);
  }

  @Test
  void withAnUnknownListingLagItRefuses() throws Exception {
    MemoryStorage unknown = new MemoryStorage(StorageTraits.UNKNOWN_LAG, Instant::now);
    MemoryStorage.Snapshot objects = storage.snapshot();
    // Objects that are put back are listed at once.
    unknown.restore(objects);
    assertThatThrownBy(() -> machine.prune(unknown))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.LISTING_LAG_UNKNOWN));
  }

  private BackupReport backup() throws Exception {
    clock.advance(Duration.ofMinutes(1));
    return machine.backup(storage, source, null);
  }

  /** The backup is there and whole, for a machine that has never seen it. */
  private void intact(BackupReport report, MapSource expected) throws Exception {
    Machine other = new Machine(place(), clock);
    try (Repository repository = other.open(storage)) {
      Backup backup = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, backup)).isEqualTo(expected.contents());
      assertThat(Machine.verify(repository).issues()).isEmpty();
    }
  }

  private void intact(Backup backup) throws Exception {
    try (Repository repository = new Machine(place(), clock).open(storage)) {
      assertThat(Contents.of(repository, backup)).isNotEmpty();
    }
  }

  private int count(String prefix) {
    int[] count = {0};
    storage.list(prefix, info -> count[0]++);
    return count[0];
  }

  private Path place() throws Exception {
    return Files.createDirectory(temp.resolve("local" + places++));
  }
}
