package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A repository before the backup that will crash, and what has to hold after the crash. */
final class Crashes {
  private final Path temp;
  private int places;

  Crashes(Path temp) {
    this.temp = temp;
  }

  /**
   * A moment.
   *
   * @param objects what the storage holds
   * @param local the local state of the machine that is going to crash
   * @param acknowledged the backups that were acknowledged, with their contents
   * @param source what is backed up next
   */
  record Moment(
      MemoryStorage.Snapshot objects,
      Path local,
      Instant now,
      Map<BackupId, SortedMap<String, String>> acknowledged,
      MapSource source) {

    /** The same with one acknowledged backup more. */
    Moment with(BackupReport report) {
      Map<BackupId, SortedMap<String, String>> more = new TreeMap<>(acknowledged);
      more.put(report.backup().id(), source.contents());
      return new Moment(objects, local, now, more, source);
    }

    /** The same with other objects and another local state. */
    Moment later(MemoryStorage storage, Path place) {
      return new Moment(storage.snapshot(), place, now, acknowledged, source);
    }
  }

  /** An empty repository. */
  Moment empty(MapSource source) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    Instant now = Instant.parse("2026-01-30T15:00:00Z");
    Path local = newPlace();
    new Machine(local, new SettableClock(now)).init(storage);
    return new Moment(storage.snapshot(), local, now, Map.of(), source);
  }

  /** A backup of the moment's source, undisturbed; {@code next} is the source after it. */
  Moment afterBackup(Moment before, MapSource next) throws Exception {
    Path local = copy(before.local);
    MemoryStorage storage = MemoryStorage.of(before.objects);
    Machine machine = new Machine(local, new SettableClock(before.now));
    Moment after = before.with(machine.backup(storage, before.source, null));
    Instant later = before.now.plusSeconds(60);
    return new Moment(storage.snapshot(), local, later, after.acknowledged, next);
  }

  /**
   * What has to hold after a crash, on the machine that crashed: nothing acknowledged is touched,
   * nothing is reported lost, and the next run completes.
   *
   * @param torn whether the crash may have left half an object under its final name, which is then
   *     damage, though of nothing that was acknowledged
   */
  void checkOnTheSameMachine(String what, Moment after, boolean torn) throws Exception {
    check(what + ", on the same machine", copy(after.local), after, torn);
  }

  /** The same on a machine that has never seen the repository. */
  void checkOnANewMachine(String what, Moment after, boolean torn) throws Exception {
    check(what + ", on a new machine", newPlace(), after, torn);
  }

  private void check(String what, Path local, Moment after, boolean torn) throws Exception {
    try {
      check(new Machine(local, clock(after)), after, torn);
    } catch (AssertionError | Exception e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  private static SettableClock clock(Moment moment) {
    return new SettableClock(moment.now.plus(Duration.ofHours(1)));
  }

  private void check(Machine machine, Moment after, boolean torn) throws Exception {
    MemoryStorage storage = MemoryStorage.of(after.objects);
    try (Repository repository = machine.open(storage)) {
      holds(repository, after);
      sound(Machine.verify(repository), after, torn);
    }
    MapSource source = after.source.copy();
    BackupReport next = machine.backup(storage, source, null);
    assertThat(next.backup().manifest().status()).isEqualTo(BackupStatus.SUCCESS);
    Moment completed = after.with(next);
    Machine another = new Machine(newPlace(), machine.clock());
    try (Repository repository = another.open(storage)) {
      holds(repository, completed);
      sound(Machine.verify(repository), completed, torn);
      assertThat(BackupList.read(repository).backups())
          .as("backups after the next run: all are sealed, and in the ledger")
          .allSatisfy(
              backup -> {
                assertThat(backup.sealed()).isTrue();
                assertThat(repository.ledger().existing()).containsKey(backup.object().value());
              });
    }
    LocalCopies.remove(another.local());
    LocalCopies.remove(machine.local());
  }

  /** Every acknowledged backup is there; whatever else is listed holds nothing that is wrong. */
  static void holds(Repository repository, Moment moment) throws IOException {
    Map<BackupId, SortedMap<String, String>> sealed = new TreeMap<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      SortedMap<String, String> contents = Contents.of(repository, backup);
      if (backup.sealed()) {
        sealed.put(backup.id(), contents);
      } else {
        assertThat(backup.manifest().status()).isEqualTo(BackupStatus.INTERRUPTED);
        assertThat(moment.source.contents()).containsAllEntriesOf(contents);
      }
    }
    assertThat(sealed).containsAllEntriesOf(moment.acknowledged);
    sealed.keySet().removeAll(moment.acknowledged.keySet());
    assertThat(sealed.values())
        .as("sealed and not acknowledged")
        .allSatisfy(contents -> assertThat(contents).isEqualTo(moment.source.contents()));
  }

  private static void sound(VerifyReport report, Moment moment, boolean torn) {
    List<Issue> damage =
        report.issues().stream().filter(i -> i.severity() == Severity.DAMAGE).toList();
    if (torn) {
      assertThat(damage)
          .as("half an object touches nothing that was acknowledged")
          .noneMatch(i -> i.backups().stream().anyMatch(moment.acknowledged::containsKey));
    } else {
      assertThat(damage).as("false alarms").isEmpty();
    }
  }

  /** A local state of its own, as large as none. */
  Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  /** A copy of a local state. */
  Path copy(Path from) throws IOException {
    return LocalCopies.copy(from, temp.resolve("local" + places++));
  }
}
