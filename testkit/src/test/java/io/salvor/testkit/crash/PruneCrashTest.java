package io.salvor.testkit.crash;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.storage.ObjectName;
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
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of a prune that condemns dead, sparse and orphaned packs,
 * gives a dead session up, copies, rewrites the index, and deletes. Afterwards all that was
 * acknowledged is there, a backup and a prune complete, and what nobody needs is gone.
 */
class PruneCrashTest {
  private static final long SEED = 20260131;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Crashes crashes;
  private Moment before;

  @BeforeEach
  void makeSomethingToPrune() throws Exception {
    crashes = new Crashes(temp);
    MapSource files = new MapSource();
    for (int i = 0; i < 6; i++) {
      files.put("file " + i, noise(i, 20_000));
    }
    Moment empty = crashes.empty(files);
    MapSource fewer = files.copy();
    for (int i = 1; i < 6; i++) {
      fewer.remove("file " + i);
    }
    MemoryStorage storage = MemoryStorage.of(empty.objects());
    Path local = crashes.copy(empty.local());
    SettableClock clock = new SettableClock(empty.now());
    Machine machine = new Machine(local, clock);
    BackupReport first = machine.backup(storage, files, null);
    BackupReport second = machine.backup(storage, fewer, null);
    // A machine that has died within a backup, long ago.
    MapSource next = fewer.copy();
    for (int i = 0; i < 4; i++) {
      next.put("other " + i, noise(100 + i, 10_000));
    }
    interrupt(storage, next.copy(), clock);
    clock.advance(Duration.ofDays(3));
    machine.forget(storage, first.backup().id());
    MapSource dead = new MapSource("map:dead").put("dead", noise(7, 30_000));
    machine.forget(storage, machine.backup(storage, dead, null).backup().id());
    storage.put(new ObjectName("packs/00/00112233445566778899aabbccddeeff"), noise(8, 5_000));
    Moment with =
        new Moment(storage.snapshot(), local, clock.instant(), empty.acknowledged(), fewer)
            .with(second);
    before = new Moment(with.objects(), local, with.now(), with.acknowledged(), next);
  }

  @Test
  void aProcessThatDiesAnywhere() throws Exception {
    for (int operation = 1; ; operation++) {
      String at = death(operation, Extent.NOTHING);
      if (at.isEmpty()) {
        System.out.println("prune: " + (operation - 1) + " operations");
        assertThat(operation).isGreaterThan(40);
        return;
      }
      if (isChange(at)) {
        death(operation, Extent.WHOLE);
      }
    }
  }

  @Test
  void everyStateOfTheStorage() throws Exception {
    RecordingStorage recording = new RecordingStorage(MemoryStorage.of(before.objects()));
    Path local = crashes.copy(before.local());
    PruneReport report = prune(recording, local);
    assertThat(report.deleted()).isGreaterThan(3);
    assertThat(report.copiedBlobs()).isPositive();
    assertThat(report.closed()).isEqualTo(1);
    int states =
        new CrashStates(before.objects(), recording.trace(), SEED)
            .forEach(
                state -> {
                  Moment then = before.later(state.storage(), before.local());
                  check(state.description(), then, true, state.description().contains("TORN"));
                });
    System.out.println("prune: " + states + " states of the storage");
    assertThat(states).isGreaterThan(20);
  }

  private static boolean isChange(String operation) {
    return operation.startsWith("put") || operation.startsWith("delete");
  }

  private String death(int operation, Extent extent) throws Exception {
    MemoryStorage storage = MemoryStorage.of(before.objects());
    Path local = crashes.copy(before.local());
    FaultyStorage faulty =
        new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
    try {
      prune(faulty, local);
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
        isChange(at),
        false);
    LocalCopies.remove(local);
    return at;
  }

  private void check(String what, Moment after, boolean changed, boolean torn) throws Exception {
    crashes.checkOnTheSameMachine(what, after, torn);
    if (changed) {
      crashes.checkOnANewMachine(what, after, torn);
    }
    MemoryStorage storage = MemoryStorage.of(after.objects());
    Path place = crashes.newPlace();
    try {
      prune(storage, place);
    } catch (SalvorException e) {
      // What was torn under its final name may stop a prune, but harms nothing.
      assertThat(torn).as(what + ": " + e.getMessage()).isTrue();
      assertThat(e.code()).isIn(ErrorCode.OBJECT_DAMAGED, ErrorCode.REFERENCE_UNRESOLVED);
      return;
    }
    Moment pruned = after.later(storage, place);
    crashes.checkOnANewMachine(what + ", pruned again", pruned, torn);
    assertThat(storage.size()).as(what + ", pruned again").isLessThan(60_000);
    LocalCopies.remove(place);
  }

  private PruneReport prune(Storage storage, Path local) throws Exception {
    return new Machine(local, new SettableClock(before.now().plusSeconds(60)))
        .prune(storage, PruneRequest.by("tester"));
  }

  private void interrupt(MemoryStorage storage, MapSource other, SettableClock clock)
      throws Exception {
    int[] entries = {0};
    other.beforeEach(
        () -> {
          clock.advance(Duration.ofSeconds(31));
          if (++entries[0] == 4) {
            throw new IllegalStateException("dies");
          }
        });
    try {
      new Machine(crashes.newPlace(), clock).backup(storage, other, null);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("dies");
    }
  }
}
