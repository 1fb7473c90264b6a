package io.salvor.testkit.crash;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of what has to do with write-only clients: admitting one, its
 * backup, taking in what it has stored, pruning meanwhile. Whatever was reached, its acknowledged
 * backups can be read once they are taken in, and the next run completes.
 */
class WriteOnlyCrashTest {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String HOST = "web1";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final SortedMap<BackupId, SortedMap<String, String>> acknowledged = new TreeMap<>();
  private final MapSource source = new MapSource("map:" + HOST);
  private MemoryStorage.Snapshot before;
  private Path local;
  private Path clients;
  private int places;

  private interface Work {
    void run(Machine admin, Machine client, Storage storage) throws Exception;
  }

  @BeforeEach
  void oneBackupTakenInAndOneWaiting() throws Exception {
    local = newPlace();
    clients = newPlace();
    Machine admin = new Machine(local, clock);
    Machine client = new Machine(clients, clock, HOST);
    MemoryStorage storage = new MemoryStorage();
    admin.init(storage);
    MapSource own = new MapSource().put("a", noise(1, 900));
    acknowledged.put(admin.backup(storage, own, null).backup().id(), own.contents());
    admit(admin, storage, HOST);
    source.put("x", noise(2, 700));
    acknowledged.put(backup(client, storage, source), source.contents());
    accept(admin, storage);
    source.put("y", noise(3, 700));
    acknowledged.put(backup(client, storage, source), source.contents());
    before = storage.snapshot();
  }

  @Test
  @Tag("slow")
  void ofTheAdmissionOfAnother() throws Exception {
    assertThat(everywhere((admin, client, storage) -> admit(admin, storage, "web2")))
        .isGreaterThan(5);
  }

  @Test
  void ofItsBackup() throws Exception {
    MapSource next = source.copy().put("z", noise(4, 800));
    assertThat(everywhere((admin, client, storage) -> backup(client, storage, next)))
        .isGreaterThan(15);
  }

  @Test
  void ofTakingIn() throws Exception {
    assertThat(everywhere((admin, client, storage) -> accept(admin, storage))).isGreaterThan(8);
  }

  @Test
  @Tag("slow")
  void ofAPruneWhileSomethingWaits() throws Exception {
    assertThat(everywhere((admin, client, storage) -> admin.prune(storage))).isGreaterThan(15);
  }

  private int everywhere(Work work) throws Exception {
    for (int operation = 1; ; operation++) {
      String at = death(work, operation, Extent.NOTHING);
      if (at.isEmpty()) {
        return operation - 1;
      }
      if (at.startsWith("put") || at.startsWith("delete")) {
        death(work, operation, Extent.TORN);
        death(work, operation, Extent.WHOLE);
      }
    }
  }

  private String death(Work work, int operation, Extent extent) throws Exception {
    MemoryStorage storage = MemoryStorage.of(before);
    Machine admin = new Machine(LocalCopies.copy(local, another()), clock);
    Machine client = new Machine(LocalCopies.copy(clients, another()), clock, HOST);
    FaultyStorage faulty =
        new FaultyStorage(storage, operation).at(operation, new Fault.Crash(extent));
    try {
      work.run(admin, client, faulty);
    } catch (SimulatedCrash | IOException | RuntimeException e) {
      if (!faulty.hasCrashed()) {
        throw e;
      }
    }
    String at = faulty.crashedAt().orElse("");
    try {
      if (extent == Extent.TORN && at.startsWith("put")) {
        // As somebody does whom verify has told of half an object.
        assertAllButHalf(admin, storage);
        storage.delete(new ObjectName(at.split(" ", -1)[1]));
      }
      check(admin, client, storage);
    } catch (AssertionError | Exception e) {
      throw new AssertionError("death at %s: %s: %s".formatted(at, extent, e), e);
    }
    LocalCopies.remove(admin.local());
    LocalCopies.remove(client.local());
    return at;
  }

  private static void assertAllButHalf(Machine admin, MemoryStorage storage) throws Exception {
    try (Repository repository = admin.open(storage)) {
      sound(repository, true);
    }
  }

  private void check(Machine admin, Machine client, MemoryStorage storage) throws Exception {
    try (Repository repository = admin.open(storage)) {
      sound(repository, false);
    }
    MapSource next = source.copy().put("next", noise(5, 400));
    BackupId id = backup(client, storage, next);
    SortedMap<BackupId, SortedMap<String, String>> all = new TreeMap<>(acknowledged);
    all.put(id, next.contents());
    try (Repository repository = admin.open(storage)) {
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.refused()).isEmpty();
      SortedMap<BackupId, SortedMap<String, String>> found = new TreeMap<>();
      for (Backup backup : BackupList.read(repository).backups()) {
        found.put(backup.id(), Contents.of(repository, backup));
      }
      assertThat(found).containsAllEntriesOf(all);
      sound(repository, false);
    }
    var _ = admin.prune(storage);
    try (Repository repository = new Machine(newPlace(), clock).open(storage)) {
      sound(repository, false);
      for (Backup backup : BackupList.read(repository).backups()) {
        assertThat(Contents.of(repository, backup)).isNotEmpty();
      }
    }
  }

  private static void sound(Repository repository, boolean torn) throws Exception {
    List<Issue> damage =
        Machine.verify(repository).issues().stream()
            .filter(i -> i.severity() == Severity.DAMAGE)
            .filter(i -> !torn || !i.backups().isEmpty())
            .toList();
    assertThat(damage).isEmpty();
  }

  private static void admit(Machine admin, Storage storage, String host) throws IOException {
    Repository repository = admin.open(storage);
    try (Passphrase passphrase = Passphrase.of(host.getBytes(StandardCharsets.UTF_8))) {
      var _ = repository.keyRegister("admin").addWriter(passphrase, host, CHEAP);
    }
    repository.close();
  }

  private BackupId backup(Machine client, Storage storage, MapSource what) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    // A dead process closes nothing.
    Repository repository = client.open(storage, HOST);
    BackupId id = client.backup(repository, what, null).backup().id();
    repository.close();
    return id;
  }

  private static void accept(Machine admin, Storage storage) throws IOException {
    Repository repository = admin.open(storage);
    Intake.Report report = Intake.run(repository, Progress.NONE);
    assertThat(report.refused()).isEmpty();
    repository.close();
  }

  private Path another() {
    return temp.resolve("local" + places++);
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(another());
  }
}
