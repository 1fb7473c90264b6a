package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.crash.Crashes.Moment;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.CrashStates;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.RecordingStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of merging index segments, and of the next merge, which takes
 * away what the first has replaced. Whatever was reached, everything acknowledged is there, and the
 * next backup and the next merge complete.
 */
class MergeCrashTest {
  private static final long SEED = 20260131;
  private static final int BACKUPS = 3;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Crashes crashes;
  private Moment before;

  @BeforeEach
  void makeSegmentsToMerge() throws Exception {
    crashes = new Crashes(temp);
    MapSource files = new MapSource();
    before = crashes.empty(files);
    for (int i = 0; i < BACKUPS; i++) {
      MapSource more = files.copy().put("file " + i, bytes("content " + i));
      before =
          crashes.afterBackup(
              new Moment(
                  before.objects(), before.local(), before.now(), before.acknowledged(), more),
              more);
      files = more;
    }
  }

  @Test
  void aProcessThatDiesAnywhere() throws Exception {
    int operation = 1;
    while (true) {
      String at = death(operation, Extent.NOTHING);
      if (at.isEmpty()) {
        break;
      }
      if (at.startsWith("put") || at.startsWith("delete")) {
        String _ = death(operation, Extent.TORN);
        String _ = death(operation, Extent.WHOLE);
      }
      operation++;
    }
    System.out.println("merging: " + (operation - 1) + " operations");
    assertThat(operation).isGreaterThan(15);
  }

  @Test
  void everyStateOfTheStorage() throws Exception {
    RecordingStorage recording = new RecordingStorage(MemoryStorage.of(before.objects()));
    mergeTwice(recording, crashes.copy(before.local()));
    int states =
        new CrashStates(before.objects(), recording.trace(), SEED)
            .forEach(
                state ->
                    check(
                        state.description(),
                        before.later(state.storage(), before.local()),
                        state.description().contains("TORN")));
    System.out.println("merging: " + states + " states of the storage");
    assertThat(states).isGreaterThan(BACKUPS);
  }

  private String death(int operation, Extent extent) throws Exception {
    MemoryStorage storage = MemoryStorage.of(before.objects());
    Path local = crashes.copy(before.local());
    FaultyStorage faulty =
        new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
    try {
      mergeTwice(faulty, local);
      return "";
    } catch (SimulatedCrash e) {
      // As it should.
    } catch (Exception e) {
      if (!faulty.hasCrashed()) {
        throw e;
      }
    }
    String at = faulty.crashedAt().orElseThrow();
    check(
        "death at " + operation + ", " + at + ": " + extent,
        before.later(storage, local),
        extent == Extent.TORN);
    LocalCopies.remove(local);
    return at;
  }

  private void check(String what, Moment after, boolean torn) throws Exception {
    crashes.checkOnTheSameMachine(what, after, torn);
    crashes.checkOnANewMachine(what, after, torn);
    MemoryStorage storage = MemoryStorage.of(after.objects());
    Path place = crashes.newPlace();
    Set<ObjectId> left = mergeTwice(storage, place);
    crashes.checkOnANewMachine(what + ", merged again", after.later(storage, place), torn);
    if (!torn) {
      List<ObjectId> there = new ArrayList<>();
      storage.list(
          ObjectKind.INDEX_SEGMENT.prefix(),
          info -> ObjectKind.INDEX_SEGMENT.idIn(info.name()).ifPresent(there::add));
      assertThat(left).as(what).hasSize(1);
      assertThat(there).as(what).containsAll(left).hasSize(2);
    }
    LocalCopies.remove(place);
  }

  /** Merges all segments, and once more; gives what counts then. Dead processes close nothing. */
  private Set<ObjectId> mergeTwice(Storage storage, Path local) throws Exception {
    Machine machine = new Machine(local, new SettableClock(before.now().plusSeconds(60)));
    Repository repository = machine.open(storage);
    SegmentRewrite rewrite =
        new SegmentRewrite(
            repository.storage(), repository.keys(), repository.index(), Progress.NONE);
    for (int i = 0; i < 2; i++) {
      int _ = rewrite.deleteSuperseded();
      int _ = rewrite.replace(repository.index().segments(), Set.of());
      repository.index().refresh();
    }
    return repository.index().segments();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
