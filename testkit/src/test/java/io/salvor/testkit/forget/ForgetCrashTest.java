package io.salvor.testkit.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.Keep;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.retention.RetentionRules;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of forgetting, of holding, and of summing the ledger up:
 * nothing half removed is listed, no loss is reported, and the next run finishes.
 */
class ForgetCrashTest {
  private static final long SEED = 20260131;
  private static final RetentionRules LAST =
      RetentionRules.of(new Keep(1, Map.of(), null, null), ZoneOffset.UTC);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
  private final Map<BackupId, SortedMap<String, String>> made = new TreeMap<>();
  private MemoryStorage.Snapshot before;
  private Path local;
  private BackupId held;
  private BackupId newest;
  private int places;

  /** What is done to a repository until it ends or dies. */
  private interface Work {
    void run(Repository repository) throws Exception;
  }

  @BeforeEach
  void threeBackupsOneOnHold() throws Exception {
    local = newPlace();
    Machine machine = new Machine(local, clock);
    MemoryStorage storage = new MemoryStorage();
    machine.init(storage);
    MapSource source = new MapSource();
    for (int i = 0; i < 4; i++) {
      clock.advance(Duration.ofMinutes(1));
      source.put("a" + i, ("content " + i).getBytes(StandardCharsets.UTF_8));
      newest = machine.backup(storage, source, null).backup().id();
      held = held == null ? newest : held;
      made.put(newest, source.copy().contents());
    }
    try (Repository repository = machine.open(storage)) {
      Note _ = Facts.add(repository, new Fact.Hold(held, "audit"), "me");
    }
    before = storage.snapshot();
  }

  @Test
  void whileForgetting() throws Exception {
    int deaths = deaths("forget", ForgetCrashTest::forget, this::forgettingEnds);
    int states = states("forget", ForgetCrashTest::forget, this::forgettingEnds);
    System.out.println("forget: " + deaths + " operations, " + states + " states of the storage");
    assertThat(deaths).isGreaterThan(10);
    assertThat(states).isGreaterThan(10);
  }

  @Test
  void whileHolding() throws Exception {
    Work hold =
        repository -> {
          Note _ = Facts.add(repository, new Fact.Hold(newest, "audit"), "me");
        };
    int deaths = deaths("hold", hold, repository -> assertListed(repository, made.size()));
    assertThat(deaths).isGreaterThan(5);
  }

  @Test
  void whileTheLedgerIsSummedUp() throws Exception {
    sumUp(new int[] {1, 2, 3, 100, 200, 250});
  }

  @Test
  @Tag("slow")
  void atEveryChangeOfASummary() throws Exception {
    sumUp(IntStream.rangeClosed(1, 260).toArray());
  }

  private void sumUp(int[] which) throws Exception {
    MemoryStorage storage = MemoryStorage.of(before);
    try (Repository repository = new Machine(local, clock).open(storage)) {
      for (int generation = 0; generation < 2; generation++) {
        for (int i = 0; i < 257; i++) {
          repository
              .ledger()
              .append(
                  LedgerChange.removing(List.of("backups/" + generation + "-" + i)),
                  repository.now(),
                  "me",
                  repository.random());
        }
        if (generation == 0) {
          assertThat(summarise(repository)).isTrue();
        }
      }
    }
    before = storage.snapshot();
    int changes = 0;
    for (int change : which) {
      for (Extent extent : Extent.values()) {
        MemoryStorage again = MemoryStorage.of(before);
        Path place = copy(local);
        FaultyStorage faulty =
            new FaultyStorage(again, SEED).atChange(change, new Fault.Crash(extent));
        run(place, faulty, ForgetCrashTest::summarise);
        if (!faulty.hasCrashed()) {
          // It has fewer.
          break;
        }
        changes++;
        String where = "summing up, change " + change + ": " + extent;
        check(where, copy(place), again, extent == Extent.TORN, this::summingUpEnds);
        check(where, newPlace(), again, extent == Extent.TORN, this::summingUpEnds);
      }
    }
    System.out.println("summary: " + changes + " changes");
    assertThat(changes).isGreaterThanOrEqualTo(18);
  }

  private void summingUpEnds(Repository repository) throws IOException {
    boolean _ = summarise(repository);
    assertListed(repository, made.size());
    assertThat(repository.ledger().removed()).hasSize(514);
  }

  private static boolean summarise(Repository repository) throws IOException {
    return repository.ledger().summarise(repository.now(), "me", repository.random());
  }

  private static void forget(Repository repository) throws Exception {
    RetentionPlan plan =
        RetentionPlan.of(
            Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
            LAST,
            repository.now());
    List<Backup> _ = Forgetting.run(repository, plan, LAST.text(), "me", Progress.NONE);
  }

  /** What was begun is finished by the next one, and its evidence is there. */
  private void forgettingEnds(Repository repository) throws Exception {
    forget(repository);
    assertThat(BackupList.read(repository).backups())
        .extracting(Backup::id)
        .containsExactly(held, newest);
    List<String> manifests = new ArrayList<>();
    repository.storage().list("backups/", info -> manifests.add(info.name().value()));
    assertThat(manifests).hasSize(2);
    List<BackupId> told = new ArrayList<>();
    for (Note note : Facts.of(repository).notes()) {
      if (note.fact() instanceof Fact.Forgotten forgotten) {
        told.addAll(forgotten.backups());
      }
    }
    assertThat(told).contains(made.keySet().stream().skip(1).limit(2).toArray(BackupId[]::new));
    assertThat(Facts.of(repository).holds(held)).hasSize(1);
  }

  private int deaths(String what, Work work, Work end) throws Exception {
    for (int operation = 1; ; operation++) {
      for (Extent extent : Extent.values()) {
        MemoryStorage storage = MemoryStorage.of(before);
        Path place = copy(local);
        FaultyStorage faulty =
            new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
        run(place, faulty, work);
        String at = faulty.crashedAt().orElse("");
        if (at.isEmpty()) {
          return operation - 1;
        }
        String where = what + ", death at operation " + operation + ", " + at + ": " + extent;
        boolean change = at.startsWith("put") || at.startsWith("delete");
        check(where, copy(place), storage, extent == Extent.TORN, end);
        if (change) {
          check(where, newPlace(), storage, extent == Extent.TORN, end);
        }
        LocalCopies.remove(place);
        if (!change) {
          break;
        }
      }
    }
  }

  private int states(String what, Work work, Work end) throws Exception {
    RecordingStorage recording = new RecordingStorage(MemoryStorage.of(before));
    run(copy(local), recording, work);
    return new CrashStates(before, recording.trace(), SEED)
        .forEach(
            state -> {
              String where = what + ", " + state.description();
              check(where, newPlace(), state.storage(), where.contains("TORN"), end);
            });
  }

  private void run(Path place, Storage storage, Work work) throws Exception {
    try {
      Repository repository = new Machine(place, clock).open(storage);
      work.run(repository);
      repository.close();
    } catch (SimulatedCrash e) {
      // A dead process closes nothing.
      return;
    } catch (IOException | RuntimeException e) {
      if (!(storage instanceof FaultyStorage faulty && faulty.hasCrashed())) {
        throw e;
      }
    }
  }

  /** Before and after the work is done again: what is listed is whole, and nothing is missed. */
  private void check(String what, Path place, MemoryStorage storage, boolean torn, Work end)
      throws Exception {
    try {
      Machine machine = new Machine(place, clock);
      try (Repository repository = machine.open(MemoryStorage.of(storage.snapshot()))) {
        sound(repository, torn);
        wholeOrGone(repository);
        end.run(repository);
        sound(repository, torn);
        wholeOrGone(repository);
      }
    } catch (AssertionError | Exception e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    } finally {
      LocalCopies.remove(place);
    }
  }

  private void wholeOrGone(Repository repository) throws IOException {
    Map<BackupId, SortedMap<String, String>> listed = new TreeMap<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      listed.put(backup.id(), Contents.of(repository, backup));
    }
    assertThat(listed).containsKeys(held, newest);
    assertThat(made).containsAllEntriesOf(listed);
  }

  private static void assertListed(Repository repository, int count) throws IOException {
    assertThat(BackupList.read(repository).backups()).hasSize(count);
  }

  private void sound(Repository repository, boolean torn) throws Exception {
    List<Issue> damage =
        Machine.verify(repository).issues().stream()
            .filter(i -> i.severity() == Severity.DAMAGE)
            .filter(i -> !torn || i.backups().stream().anyMatch(made::containsKey))
            .toList();
    assertThat(damage).isEmpty();
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  private Path copy(Path from) throws IOException {
    return LocalCopies.copy(from, temp.resolve("local" + places++));
  }
}
