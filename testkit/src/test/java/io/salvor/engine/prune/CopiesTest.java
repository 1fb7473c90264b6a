package io.salvor.engine.prune;

import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.repository.Noise;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a prune copies out of packs that will go, when others prune at the same time, and when some
 * of what it relies on is damaged or withheld.
 */
class CopiesTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);
  private final MapSource source = new MapSource("map:one").put("a", Noise.noise(1, 50_000));
  private Repository repository;
  private List<PackDescription> going;
  private int places;

  @BeforeEach
  void begin() throws Exception {
    machine().init(storage);
    machine().backup(storage, source, null);
    repository = machine().open(faulty);
    going = packs(repository);
  }

  private Machine machine() {
    String host = "host" + places++;
    return new Machine(temp.resolve(host), clock, host);
  }

  private static List<PackDescription> packs(Repository repository) throws Exception {
    List<PackDescription> packs = new ArrayList<>();
    repository.index().descriptions(packs::add);
    return packs;
  }

  private static Set<ObjectId> ids(List<PackDescription> packs) {
    Set<ObjectId> ids = new HashSet<>();
    packs.forEach(pack -> ids.add(pack.id()));
    return ids;
  }

  private static long blobs(List<PackDescription> packs) {
    return packs.stream().flatMap(p -> p.frames().stream()).mapToLong(f -> f.blobs()).sum();
  }

  /** Copies all that the packs have which will go. */
  private Copies copied(Set<ObjectId> without) throws Exception {
    BlobMarks marks = repository.index().marks();
    for (PackDescription pack : going) {
      pack.frames()
          .forEach(
              frame -> {
                for (int i = 0; i < frame.blobs(); i++) {
                  marks.mark(pack.kind(), frame.id(i));
                }
              });
    }
    Copies copies = new Copies(repository, marks, without, Progress.NONE);
    copies.run(ids(going));
    return copies;
  }

  /** The same blobs in other packs, by somebody who did not see these. */
  private List<PackDescription> storedTwice() throws Exception {
    MemoryStorage other = MemoryStorage.of(storage.snapshot());
    for (PackDescription pack : going) {
      other.delete(pack.name());
    }
    other.names("index/").forEach(other::delete);
    other.names("backups/").forEach(other::delete);
    clock.advance(Duration.ofMinutes(1));
    try (Repository blind = machine().open(other)) {
      for (PackDescription pack : going) {
        try (var writer = blind.newWriter()) {
          for (var frame : pack.frames()) {
            for (int i = 0; i < frame.blobs(); i++) {
              byte[] blob = repository.blobs().get(pack.kind(), frame.id(i));
              writer.put(pack.kind(), blob, 0, blob.length);
            }
          }
          writer.writeSegments(writer.flush());
        }
      }
      List<PackDescription> more = packs(blind);
      for (String prefix : List.of("packs/", "trees/", "index/")) {
        for (ObjectName name : other.names(prefix)) {
          if (storage.find(name).isEmpty()) {
            storage.put(name, other.get(name));
          }
        }
      }
      repository.index().refresh();
      assertThat(ids(packs(repository))).containsAll(ids(more)).containsAll(ids(going));
      return more;
    }
  }

  private void harm(List<PackDescription> packs) throws Exception {
    for (PackDescription pack : packs) {
      int size = storage.get(pack.name()).length;
      for (int at = PackDescription.HEADER_SIZE; at < size; at += 16) {
        Damage.flip(storage, pack.name(), at, 1);
      }
    }
  }

  private void holdsWithout(List<PackDescription> packs) throws Exception {
    packs.forEach(pack -> storage.delete(pack.name()));
    repository.close();
    try (Repository now = machine().open(storage)) {
      Backup backup = BackupList.read(now).backups().getFirst();
      assertThat(Contents.of(now, backup)).isEqualTo(source.contents());
    }
  }

  @Test
  void packsThatAnotherHasTakenFromTheIndexAreReadFromThemselves() throws Exception {
    List<ObjectId> segments = List.copyOf(repository.index().segments());
    try (Repository other = machine().open(storage)) {
      var _ = new SegmentWriter(storage, other.keys()).write(segments, List.of());
    }
    segments.forEach(id -> storage.delete(ObjectKind.INDEX_SEGMENT.name(id)));
    Copies copies = copied(ids(going));
    assertThat(copies.blobs()).isEqualTo(blobs(going));
    assertThat(copies.stored()).isPositive();
    holdsWithout(going);
  }

  @Test
  void aPackThatAnotherHasDeletedNeedsNothing() throws Exception {
    List<ObjectId> segments = List.copyOf(repository.index().segments());
    try (Repository other = machine().open(storage)) {
      var _ = new SegmentWriter(storage, other.keys()).write(segments, List.of());
    }
    segments.forEach(id -> storage.delete(ObjectKind.INDEX_SEGMENT.name(id)));
    going.forEach(pack -> storage.delete(pack.name()));
    assertThat(copied(ids(going)).blobs()).isZero();
  }

  @Test
  void whatAnotherPackHasIsNotCopiedAndIsReadBackThere() throws Exception {
    List<PackDescription> others = storedTwice();
    assertThat(copied(ids(going)).blobs()).isZero();
    harm(others);
    assertThat(copied(ids(going)).blobs()).isEqualTo(blobs(going));
    holdsWithout(going);
  }

  @Test
  void whatIsDamagedInThePackThatGoesIsTakenFromOneThatGoesToo() throws Exception {
    List<PackDescription> others = storedTwice();
    harm(going);
    Set<ObjectId> without = ids(going);
    without.addAll(ids(others));
    assertThat(copied(without).blobs()).isEqualTo(blobs(going));
    others.forEach(pack -> storage.delete(pack.name()));
    holdsWithout(going);
  }

  @Test
  void whatNobodyHasAnyMoreStopsThePrune() throws Exception {
    harm(going);
    fails(ErrorCode.REFERENCE_UNRESOLVED, () -> copied(ids(going)));
    assertThat(storage.names("packs/")).contains(going.getFirst().name());
  }

  @Test
  void whatIsWithheldIsNotCalledLost() throws Exception {
    faulty.wherever(
        o ->
            o instanceof Operation.GetRange(ObjectName name, long _, int _)
                && going.stream().anyMatch(pack -> pack.name().equals(name)),
        new Fault.Fail());
    fails(ErrorCode.OBJECT_UNREADABLE, () -> copied(ids(going)));
  }
}
