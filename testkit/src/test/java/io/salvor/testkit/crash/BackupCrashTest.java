package io.salvor.testkit.crash;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of a backup. Each is tried in two ways: by a process that dies
 * there, whose local state is then the one that it left; and by every state of the storage that a
 * recorded run can have left, changes in flight done, half done or not done in any combination.
 */
class BackupCrashTest {
  private static final long SEED = 20260130;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Crashes crashes;
  private Moment empty;
  private Moment second;

  @BeforeEach
  void makeMoments() throws Exception {
    crashes = new Crashes(temp);
    MapSource files =
        new MapSource()
            .put("a", text("first"))
            .put("b", new byte[0])
            .put("b/c", noise(1, 300_000))
            .put("b/d", noise(2, 20_000))
            .put("e", text("last"));
    empty = crashes.empty(files);
    MapSource changed =
        files.copy().put("a", text("changed")).remove("b/d").put("b/f", noise(3, 40_000));
    second = crashes.afterBackup(empty, changed);
  }

  @Test
  void duringTheFirstBackup() throws Exception {
    everywhere("first backup", empty, clock -> {});
  }

  @Test
  void duringASecondBackupWithChanges() throws Exception {
    everywhere("second backup", second, clock -> {});
  }

  @Test
  void duringABackupThatLeavesCheckpoints() throws Exception {
    everywhere("checkpoints", second, clock -> clock.advance(Duration.ofSeconds(31)));
  }

  @Test
  void duringABackupThatTakesUpAnInterruptedOne() throws Exception {
    everywhere("taking up", interrupted(second), clock -> clock.advance(Duration.ofSeconds(16)));
  }

  @Test
  void duringABackupThatSomebodyInterrupts() throws Exception {
    int[] entries = {0};
    everywhere(
        "interrupting",
        second,
        clock -> {
          entries[0]++;
          if (entries[0] % 3 == 0) {
            throw new SalvorException(ErrorCode.INTERRUPTED, "interrupted", "by the test", "");
          }
        });
  }

  /** What a writer leaves that dies after its second checkpoint. */
  private Moment interrupted(Moment before) throws Exception {
    for (int change = 1; ; change++) {
      SettableClock clock = new SettableClock(before.now());
      MapSource source = before.source().copy();
      source.beforeEach(() -> clock.advance(Duration.ofSeconds(31)));
      MemoryStorage storage = MemoryStorage.of(before.objects());
      Path local = crashes.copy(before.local());
      FaultyStorage faulty =
          new FaultyStorage(storage, SEED).atChange(change, new Fault.Crash(Extent.NOTHING));
      try {
        new Machine(local, clock).backup(faulty, source, null);
        throw new IllegalStateException("no second checkpoint");
      } catch (SimulatedCrash | IOException | RuntimeException e) {
        assertThat(faulty.hasCrashed()).as("it died before it ended").isTrue();
        boolean[] checkpoint = {false};
        storage.list("sessions/", o -> checkpoint[0] |= o.name().value().endsWith("/00000002"));
        if (checkpoint[0]) {
          return before.later(storage, local);
        }
      }
    }
  }

  private void everywhere(String what, Moment before, Consumer<SettableClock> beforeEach)
      throws Exception {
    int deaths = deaths(what, before, beforeEach);
    int states = states(what, before, beforeEach);
    System.out.println(what + ": " + deaths + " operations, " + states + " states of the storage");
    assertThat(deaths).isGreaterThan(10);
    assertThat(states).isGreaterThan(10);
  }

  private int deaths(String what, Moment before, Consumer<SettableClock> beforeEach)
      throws Exception {
    for (int operation = 1; ; operation++) {
      String at = death(what, before, beforeEach, operation, Extent.NOTHING);
      if (at.isEmpty()) {
        return operation - 1;
      }
      if (at.startsWith("put") || at.startsWith("delete")) {
        death(what, before, beforeEach, operation, Extent.TORN);
        death(what, before, beforeEach, operation, Extent.WHOLE);
      }
    }
  }

  /** Where the process died, or an empty string if it ended before that operation. */
  private String death(
      String what, Moment before, Consumer<SettableClock> beforeEach, int operation, Extent extent)
      throws Exception {
    MemoryStorage storage = MemoryStorage.of(before.objects());
    Path local = crashes.copy(before.local());
    FaultyStorage faulty =
        new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
    Moment after = run(before, faulty, local, beforeEach).later(storage, local);
    String at = faulty.crashedAt().orElse("");
    if (!at.isEmpty()) {
      String where = what + ", death at operation " + operation + ", " + at + ": " + extent;
      boolean torn = extent == Extent.TORN;
      crashes.checkOnTheSameMachine(where, after, torn);
      if (at.startsWith("put") || at.startsWith("delete")) {
        crashes.checkOnANewMachine(where, after, torn);
      }
    }
    LocalCopies.remove(local);
    return at;
  }

  private int states(String what, Moment before, Consumer<SettableClock> beforeEach)
      throws Exception {
    RecordingStorage recording = new RecordingStorage(MemoryStorage.of(before.objects()));
    Path local = crashes.copy(before.local());
    Moment after = run(before, recording, local, beforeEach);
    recording.mark("returned");
    return new CrashStates(before.objects(), recording.trace(), SEED)
        .forEach(
            state -> {
              Moment moment = state.marks().contains("returned") ? after : before;
              Moment then = moment.later(state.storage(), before.local());
              String where = what + ", " + state.description();
              boolean torn = where.contains("TORN");
              crashes.checkOnTheSameMachine(where, then, torn);
              crashes.checkOnANewMachine(where, then, torn);
            });
  }

  /** Runs a backup until its end or death. */
  private static Moment run(
      Moment before, Storage storage, Path local, Consumer<SettableClock> beforeEach)
      throws Exception {
    SettableClock clock = new SettableClock(before.now());
    MapSource source = before.source().copy().beforeEach(() -> beforeEach.accept(clock));
    try {
      return before.with(new Machine(local, clock).backup(storage, source, null));
    } catch (SimulatedCrash e) {
      return before;
    } catch (Exception e) {
      boolean expected =
          storage instanceof FaultyStorage faulty && faulty.hasCrashed()
              || e instanceof SalvorException s && s.code() == ErrorCode.INTERRUPTED;
      if (!expected) {
        throw e;
      }
      return before;
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
