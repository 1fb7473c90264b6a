package io.salvor.testkit.journal;

import static io.salvor.testkit.journal.Logs.ORIGIN;
import static io.salvor.testkit.journal.Logs.bytes;
import static io.salvor.testkit.journal.Logs.capture;
import static io.salvor.testkit.journal.Logs.consolidate;
import static io.salvor.testkit.journal.Logs.read;
import static io.salvor.testkit.journal.Logs.stretches;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Stretch;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.CrashStates;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.RecordingStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of writing tails and of a consolidation: what was acknowledged
 * to the source is there afterwards, and the next consolidation has it.
 */
class JournalCrashTest {
  private static final long SEED = 20260131;
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final long BEFORE = 47_000;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private MemoryStorage.Snapshot before;
  private Path local;
  private int places;

  @BeforeEach
  void make() throws Exception {
    local = newPlace();
    MemoryStorage storage = new MemoryStorage();
    Machine machine = new Machine(local, new SettableClock(START));
    machine.init(storage);
    try (Repository repository = machine.open(storage)) {
      JournalWriter writer = new JournalWriter(repository, ORIGIN);
      capture(writer, 1, 0, 25_000);
      consolidate(repository);
      capture(writer, 1, 25_000, BEFORE);
    }
    before = storage.snapshot();
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  /** What is interrupted: tails, their consolidation, and one tail more. */
  private static void work(Machine machine, Storage storage, LongConsumer acknowledged)
      throws Exception {
    Repository repository = machine.open(storage);
    JournalWriter writer = new JournalWriter(repository, ORIGIN);
    capture(writer, 1, BEFORE, 50_000);
    acknowledged.accept(50_000);
    capture(writer, 1, 50_000, 52_000);
    acknowledged.accept(52_000);
    consolidate(repository);
    capture(writer, 1, 52_000, 53_000);
    acknowledged.accept(53_000);
    repository.close();
  }

  @Test
  void aSampleOfTheOperationsAndOfTheStates() throws Exception {
    assertThat(deaths(9, Extent.NOTHING)).isGreaterThan(3);
    assertThat(states(19)).isGreaterThan(1);
  }

  @Test
  @Tag("slow")
  void everyOperationAndEveryState() throws Exception {
    int deaths = 0;
    for (Extent extent : Extent.values()) {
      deaths += deaths(1, extent);
    }
    int states = states(1);
    System.out.println("journals: " + deaths + " deaths, " + states + " states of the storage");
    assertThat(deaths).isGreaterThan(50);
    assertThat(states).isGreaterThan(50);
  }

  private int deaths(int stride, Extent extent) throws Exception {
    int count = 0;
    for (int operation = 1; ; operation += stride) {
      MemoryStorage storage = MemoryStorage.of(before);
      Path own = LocalCopies.copy(local, temp.resolve("local" + places++));
      FaultyStorage faulty =
          new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
      long[] acknowledged = {BEFORE};
      try {
        work(
            new Machine(own, new SettableClock(START.plusSeconds(60))),
            faulty,
            to -> acknowledged[0] = to);
      } catch (SimulatedCrash | IOException | RuntimeException e) {
        assertThat(faulty.hasCrashed()).as("it died before it ended: " + e).isTrue();
      }
      if (!faulty.hasCrashed()) {
        return count;
      }
      count++;
      String where = "operation " + operation + ", " + faulty.crashedAt() + ", " + extent;
      check(where, storage, own, acknowledged[0], extent == Extent.TORN);
      LocalCopies.remove(own);
    }
  }

  private int states(int stride) throws Exception {
    RecordingStorage recording = new RecordingStorage(MemoryStorage.of(before));
    Path own = LocalCopies.copy(local, temp.resolve("local" + places++));
    work(
        new Machine(own, new SettableClock(START.plusSeconds(60))),
        recording,
        to -> recording.mark(String.valueOf(to)));
    int[] count = new int[2];
    new CrashStates(before, recording.trace(), SEED)
        .forEach(
            state -> {
              if (count[0]++ % stride == 0) {
                count[1]++;
                List<String> marks = state.marks();
                long acknowledged = marks.isEmpty() ? BEFORE : Long.parseLong(marks.getLast());
                boolean torn = state.description().contains("TORN");
                check(state.description(), state.storage(), newPlace(), acknowledged, torn);
              }
            });
    return count[1];
  }

  private static void check(
      String where, MemoryStorage storage, Path place, long acknowledged, boolean torn)
      throws Exception {
    try {
      check(storage, place, acknowledged, torn);
    } catch (AssertionError | Exception e) {
      throw new AssertionError(where + ": " + e.getMessage(), e);
    }
  }

  private static void check(MemoryStorage storage, Path place, long acknowledged, boolean torn)
      throws Exception {
    Machine machine = new Machine(place, new SettableClock(START.plus(Duration.ofHours(1))));
    try (Repository repository = machine.open(storage)) {
      List<Stretch> there = stretches(repository, 1);
      assertThat(there).as("in one stretch").hasSize(1);
      long end = there.getFirst().to();
      assertThat(there.getFirst().from()).isZero();
      assertThat(end).as("acknowledged").isGreaterThanOrEqualTo(acknowledged);
      assertThat(read(repository, 1, 0, end)).isEqualTo(bytes(0, end));
      if (!torn) {
        assertThat(Machine.verify(repository).issues())
            .as("false alarms")
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
      capture(new JournalWriter(repository, ORIGIN), 1, end, end + 1_000);
      consolidate(repository);
      assertThat(read(repository, 1, 0, end + 1_000)).isEqualTo(bytes(0, end + 1_000));
      if (!torn) {
        assertThat(storage.names("journals/")).isEmpty();
        assertThat(BackupList.read(repository).backups()).hasSize(1);
        assertThat(Machine.verify(repository).intact()).isTrue();
      }
    }
    if (torn) {
      // Nobody prunes where half a segment of the index tells who knows what.
      return;
    }
    var _ = machine.prune(storage);
    try (Repository repository = machine.open(storage)) {
      long end = stretches(repository, 1).getFirst().to();
      assertThat(read(repository, 1, 0, end)).isEqualTo(bytes(0, end));
    }
  }
}
