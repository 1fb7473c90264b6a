package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of an erasure. Whatever was reached, what stays can be read
 * with the old key or the new one, nothing is reported lost, and the same request ends it: then the
 * old key opens nothing, neither what is there nor what was there before.
 */
class ErasureCrashTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final SortedMap<BackupId, SortedMap<String, String>> kept = new TreeMap<>();
  private MemoryStorage.Snapshot before;
  private Path local;
  private KeyFile one;
  private KeyFile two;
  private byte[] firstKey;
  private BackupId erased;
  private int places;

  @BeforeEach
  void threeBackups() throws Exception {
    local = newPlace();
    one = new KeyFile(temp.resolve("one")).make();
    two = new KeyFile(temp.resolve("two"));
    firstKey = Files.readAllBytes(one.path());
    Machine machine = new Machine(local, clock);
    MemoryStorage storage = new MemoryStorage();
    machine.initErasable(storage, one.key());
    MapSource source = new MapSource().put("a", text("kept"));
    backup(machine, storage, source);
    erased = backup(machine, storage, source.copy().put("secret", text("to be erased")));
    kept.remove(erased);
    backup(machine, storage, source.put("b", text("later")));
    before = storage.snapshot();
  }

  private BackupId backup(Machine machine, MemoryStorage storage, MapSource source)
      throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(storage, one.key())) {
      BackupId id = machine.backup(repository, source, null).backup().id();
      kept.put(id, source.contents());
      return id;
    }
  }

  @Test
  void whereverItIsCutOffTheSameRequestEndsIt() throws Exception {
    everywhere(41);
  }

  @Test
  void amongTheKeyObjectsOfItsNewKey() throws Exception {
    for (int grant = 1; grant <= 6; grant++) {
      Files.write(one.path(), firstKey);
      Files.deleteIfExists(two.path());
      two.make();
      MemoryStorage storage = MemoryStorage.of(before);
      Path place = LocalCopies.copy(local, temp.resolve("local" + places++));
      int[] keys = {0};
      int last = grant;
      FaultyStorage faulty =
          new FaultyStorage(storage, grant)
              .wherever(
                  operation ->
                      operation instanceof Operation.Put put
                          && put.name().value().startsWith("keys/")
                          && ++keys[0] == last,
                  new Fault.Crash(Extent.WHOLE));
      if (dies(new Machine(place, clock), faulty)) {
        check(place, storage, "");
      }
      assertThat(faulty.hasCrashed()).as("put %d", grant).isEqualTo(grant <= 5);
      LocalCopies.remove(place);
    }
  }

  @Test
  @Tag("slow")
  void atEveryOperation() throws Exception {
    everywhere(1);
  }

  private void everywhere(int step) throws Exception {
    int deaths = 0;
    int operations = 1;
    for (; ; operations += step) {
      String at = death(operations, Extent.NOTHING);
      if (at.isEmpty()) {
        break;
      }
      deaths++;
      if (at.startsWith("put") || at.startsWith("delete")) {
        death(operations, Extent.TORN);
        death(operations, Extent.WHOLE);
        deaths += 2;
      }
    }
    System.out.printf("erasure: %d operations, %d deaths%n", operations - step, deaths);
    assertThat(deaths).isGreaterThan(step == 1 ? 200 : 5);
  }

  /** Where it died, or an empty text if it ended before that operation. */
  private String death(int operation, Extent extent) throws Exception {
    Files.write(one.path(), firstKey);
    Files.deleteIfExists(two.path());
    two.make();
    MemoryStorage storage = MemoryStorage.of(before);
    Path place = LocalCopies.copy(local, temp.resolve("local" + places++));
    FaultyStorage faulty =
        new FaultyStorage(storage, operation).at(operation, new Fault.Crash(extent));
    if (!dies(new Machine(place, clock), faulty)) {
      return "";
    }
    String at = faulty.crashedAt().orElseThrow();
    try {
      check(place, storage, extent == Extent.TORN ? at : "");
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "death at operation %d, %s: %s: %s".formatted(operation, at, extent, e), e);
    }
    LocalCopies.remove(place);
    return at;
  }

  private boolean dies(Machine machine, FaultyStorage storage) throws Exception {
    try {
      var _ = Erasure.run(() -> machine.open(storage, one.key()), request(), Progress.NONE);
      return false;
    } catch (SimulatedCrash | IOException | RuntimeException e) {
      if (!storage.hasCrashed()) {
        throw e;
      }
      return true;
    }
  }

  /**
   * What has to hold.
   *
   * @param half what was cut off in the middle, which no storage does that keeps its contract;
   *     somebody then takes the half object away
   */
  private void check(Path place, MemoryStorage storage, String half) throws Exception {
    boolean torn = !half.isEmpty();
    Machine machine = new Machine(place, clock);
    Machine stranger = new Machine(newPlace(), clock);
    KeyFile works = one.opens(machine, storage) ? one : two;
    for (Machine any : new Machine[] {machine, stranger}) {
      MemoryStorage left = MemoryStorage.of(storage.snapshot());
      try (Repository repository = any.open(left, works.key())) {
        holds(repository);
        sound(repository, torn);
      }
    }
    if (half.startsWith("put")) {
      storage.delete(new ObjectName(half.split(" ", -1)[1]));
    }
    // Nobody waits for ever for the one who died: here it is this very process.
    clock.advance(Duration.ofDays(3));
    var _ = Erasure.run(() -> machine.open(storage, works.key()), request(), Progress.NONE);
    try (Repository repository = machine.open(storage, two.key())) {
      holds(repository);
      sound(repository, torn);
      assertThat(BackupList.read(repository).backups())
          .extracting(Backup::id)
          .containsExactlyInAnyOrderElementsOf(kept.keySet());
      assertThat(Facts.of(repository).notes())
          .anyMatch(note -> note.fact().word().equals("erased"));
    }
    for (MemoryStorage any : new MemoryStorage[] {storage, MemoryStorage.of(before)}) {
      assertThatThrownBy(() -> stranger.open(any, one.key()))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e ->
                  assertThat(e.code())
                      .isIn(ErrorCode.WRONG_CREDENTIAL, ErrorCode.KMS_KEY_DESTROYED));
    }
    LocalCopies.remove(stranger.local());
  }

  /** What stays is there; what is to be erased is whole or gone. */
  private void holds(Repository repository) throws IOException {
    Map<BackupId, SortedMap<String, String>> listed = new TreeMap<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      SortedMap<String, String> contents = Contents.of(repository, backup);
      if (!backup.id().equals(erased)) {
        listed.put(backup.id(), contents);
      }
    }
    assertThat(listed).isEqualTo(kept);
  }

  private void sound(Repository repository, boolean torn) throws Exception {
    List<Issue> damage =
        Machine.verify(repository).issues().stream()
            .filter(i -> i.severity() == Severity.DAMAGE)
            .filter(i -> !torn || !i.backups().isEmpty())
            .toList();
    assertThat(damage).isEmpty();
  }

  private ErasureRequest request() {
    return new ErasureRequest(
        Set.of(erased), two.key(), "next", List.of(), Duration.ZERO, "tester");
  }

  private static byte[] text(String text) {
    return text.repeat(50).getBytes(StandardCharsets.UTF_8);
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }
}
