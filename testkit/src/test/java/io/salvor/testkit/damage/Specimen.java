package io.salvor.testkit.damage;

import static io.salvor.testkit.repository.Noise.noise;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A small repository with every kind of object of this version: two backups of several packs, with
 * a long list of blobs, one of them on hold; then a session that died after its second checkpoint.
 *
 * @param local the local state of the machine that made it
 * @param backups what is listed, with the contents that each must have
 * @param opening how it is opened
 */
record Specimen(
    MemoryStorage.Snapshot objects,
    Path local,
    SettableClock clock,
    Map<BackupId, SortedMap<String, String>> backups,
    Opening opening) {

  /** Opens a repository like this one. */
  interface Opening {
    Repository open(Machine machine, MemoryStorage storage) throws IOException;
  }

  /** What damage led to. */
  sealed interface Outcome {}

  /** The repository does not open, and says why. */
  record Refused(SalvorException why) implements Outcome {}

  /** It opens, and verification says this. */
  record Verified(VerifyReport report) implements Outcome {}

  /** Verification broke off. */
  record BrokenOff(SalvorException why) implements Outcome {}

  static Specimen make(Path temp) throws Exception {
    SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    Machine machine = new Machine(temp.resolve("maker"), clock);
    MemoryStorage storage = new MemoryStorage();
    machine.init(storage);
    MapSource source =
        new MapSource()
            .blocks(512)
            .put("dir", new byte[0])
            .put("dir/long", noise(1, 20 * 512))
            .put("dir/short", "short".getBytes(StandardCharsets.UTF_8))
            .put("top", noise(2, 700));
    Map<BackupId, SortedMap<String, String>> backups = new TreeMap<>();
    BackupId held = machine.backup(storage, source, null).backup().id();
    backups.put(held, source.contents());
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(storage)) {
      Note _ = Facts.add(repository, new Fact.Hold(held, "audit"), "me");
    }
    source.put("dir/short", "shorter".getBytes(StandardCharsets.UTF_8)).put("new", noise(3, 900));
    backups.put(machine.backup(storage, source, null).backup().id(), source.contents());
    clock.advance(Duration.ofMinutes(1));
    source.put("dir/long", noise(4, 18 * 512)).put("newer", noise(5, 300));
    interrupt(machine, storage, source, clock);
    try (Repository repository = machine.open(storage)) {
      for (Backup backup : BackupList.read(repository).backups()) {
        backups.putIfAbsent(backup.id(), Contents.of(repository, backup));
      }
    }
    return new Specimen(storage.snapshot(), machine.local(), clock, backups, Machine::open);
  }

  private static void interrupt(
      Machine machine, MemoryStorage storage, MapSource source, SettableClock clock)
      throws Exception {
    int[] entries = {0};
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    source.beforeEach(
        () -> {
          clock.advance(Duration.ofSeconds(20));
          if (++entries[0] == 5) {
            faulty.at(faulty.operations() + 1, new Fault.Crash(Extent.NOTHING));
          }
        });
    try {
      machine.backup(faulty, source, null);
      throw new IllegalStateException("it was not interrupted");
    } catch (SimulatedCrash | IOException | RuntimeException e) {
      if (!faulty.hasCrashed()) {
        throw e;
      }
    }
  }

  /** The names of its objects, in order. */
  List<ObjectName> names() {
    return List.copyOf(objects.objects().keySet());
  }

  /** A storage of its own. */
  MemoryStorage storage() {
    return MemoryStorage.of(objects);
  }

  /**
   * Opens and verifies every byte; then reads every entry of every backup that is listed.
   *
   * @throws AssertionError if anything that is read is wrong
   */
  Outcome examine(Machine machine, MemoryStorage damaged) throws Exception {
    Repository repository;
    try {
      repository = opening.open(machine, damaged);
    } catch (SalvorException e) {
      return new Refused(e);
    }
    try (repository) {
      Outcome outcome;
      try {
        outcome = new Verified(Machine.verify(repository));
      } catch (SalvorException e) {
        outcome = new BrokenOff(e);
      }
      List<String> failed = readAll(repository);
      if (!failed.isEmpty() && outcome instanceof Verified(VerifyReport r) && r.intact()) {
        throw new AssertionError("verified as intact, and yet cannot be read: " + failed);
      }
      return outcome;
    }
  }

  private List<String> readAll(Repository repository) throws IOException {
    List<String> failed = new ArrayList<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      SortedMap<String, String> right = backups.get(backup.id());
      if (right == null) {
        throw new AssertionError("a backup that never was: " + backup.id());
      }
      TreeSet<String> missing = new TreeSet<>(right.keySet());
      boolean[] brokenOff = {false};
      SortedMap<String, String> contents =
          Contents.readable(
              repository,
              backup,
              (key, e) -> {
                if (e.code().exit() != Exit.DAMAGED) {
                  throw new AssertionError(e.code() + " for " + key, e);
                }
                brokenOff[0] = true;
                failed.add(key + ": " + e.getMessage());
              });
      contents.forEach(
          (key, digest) -> {
            if (!digest.equals(right.get(key))) {
              throw new AssertionError("wrong data: " + key + " of " + backup.id());
            }
          });
      missing.removeAll(contents.keySet());
      if (!missing.isEmpty() && !brokenOff[0]) {
        throw new AssertionError("left out in silence: " + missing + " of " + backup.id());
      }
    }
    return failed;
  }
}
