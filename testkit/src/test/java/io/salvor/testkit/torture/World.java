package io.salvor.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.damage.Mending;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * One storage and everybody who works on it, for one seed. The seed says who takes part, whether
 * lists lag, clocks are wrong, machines lose their local state, and writes fail, come late or come
 * twice; and who does the next operation.
 */
final class World {
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final List<String> HARMED =
      List.of("packs/", "index/", "backups/", "facts/", "ledger/", "keys/");
  private static final Instant LATER = START.plus(Duration.ofDays(3 * 365));

  final Random random;
  final Schedule schedule;
  final Truth truth = new Truth();
  final Tally tally = new Tally();
  final boolean wrongClocks;
  final boolean losesState;

  private final boolean faulty;
  private final boolean client;
  private final Path temp;
  private final MemoryStorage storage;
  private final MemoryStorage copy = MemoryStorage.named("copy");
  private final Map<String, Storage> views = new ConcurrentHashMap<>();
  private final List<Actor> actors = new ArrayList<>();
  private int places;

  /** Runs a seed, and tells what it has reached. */
  static final class Run implements LongFunction<Map<String, Long>> {
    private final Path temp;
    private final int harms;

    Run(Path temp, int harms) {
      this.temp = temp;
      this.harms = harms;
    }

    @Override
    public Map<String, Long> apply(long seed) {
      try {
        Path place = Files.createDirectory(temp.resolve("seed" + seed));
        World world = new World(seed, place);
        if (harms == 0) {
          world.run();
        } else {
          world.mend(harms);
        }
        LocalCopies.remove(place);
        return world.tally.counts();
      } catch (AssertionError | Exception e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
    }
  }

  World(long seed, Path temp) {
    this.temp = temp;
    random = new Random(seed);
    schedule = new Schedule(random.nextLong(), START);
    storage =
        switch (random.nextInt(4)) {
          case 0 -> new MemoryStorage(Duration.ofSeconds(20), schedule);
          case 1 -> MemoryStorage.ragged(Duration.ofSeconds(20), schedule, random.nextLong());
          default -> new MemoryStorage(Duration.ZERO, schedule);
        };
    wrongClocks = random.nextInt(3) == 0;
    losesState = random.nextInt(4) == 0;
    faulty = random.nextInt(3) == 0;
    // Another stream: neighbouring seeds of a Random begin alike.
    client = new SplittableRandom(seed).nextInt(4) == 0;
  }

  void run() throws Exception {
    check(play());
  }

  /** Lets all of them work to their end; whether there is somebody who copies. */
  private boolean play() throws Exception {
    last().init(storage);
    schedule.sleep("init", Duration.ofSeconds(60));
    if (client) {
      Actors.Client.admit(last(), storage, "client");
      schedule.sleep("init", Duration.ofSeconds(60));
      actors.add(new Actors.Client(this, "client"));
    }
    actors.add(new Actors.Writer(this, "writer 1", "map:one"));
    actors.add(new Actors.Writer(this, "writer 2", "map:two"));
    actors.add(new Actors.Pruner(this, "pruner 1"));
    if (random.nextInt(3) == 0) {
      actors.add(new Actors.Pruner(this, "pruner 2"));
    }
    if (random.nextInt(4) != 0) {
      actors.add(new Actors.Deleter(this, "deleter 1"));
    }
    if (random.nextInt(4) == 0) {
      actors.add(new Actors.Deleter(this, "deleter 2"));
    }
    if (random.nextInt(4) == 0) {
      actors.add(new Actors.Verifier(this, "verifier"));
    }
    if (random.nextInt(3) == 0) {
      actors.add(new Actors.Rotator(this, "rotator"));
    }
    if (random.nextInt(5) == 0) {
      actors.add(new Actors.Repairer(this, "repairer"));
    }
    if (random.nextInt(6) == 0) {
      actors.add(new Actors.Rotator(this, "rotator 2"));
    }
    boolean copies = random.nextInt(5) == 0;
    if (copies) {
      actors.add(new Actors.Copier(this, "copier"));
      if (random.nextBoolean()) {
        actors.add(new Actors.CopyPruner(this, "copy's pruner"));
      }
    }
    Map<String, Callable<Void>> running = new TreeMap<>();
    actors.forEach(actor -> running.put(actor.name, actor));
    schedule.run(running);
    return copies;
  }

  /**
   * Lets them work, and then takes away or harms one object after another, each in the state that
   * they have left: what has a copy is mended from it, and nothing was lost.
   *
   * @param harms how many objects are harmed
   */
  void mend(int harms) throws Exception {
    boolean _ = play();
    MemoryStorage settled = MemoryStorage.of(storage.snapshot());
    Machine me = last();
    PruneRequest request = PruneRequest.by("last");
    if (random.nextBoolean()) {
      assertThat(me.prune(settled, request).isComplete()).isTrue();
    }
    MemoryStorage whole = Mending.copyOf(me, settled);
    MemoryStorage.Snapshot before = settled.snapshot();
    Set<ObjectName> undecided = withoutWord(settled, whole);
    for (int harm = 0; harm < harms; harm++) {
      MemoryStorage harmed = MemoryStorage.named("harmed", before);
      // Each in a world of its own: nobody remembers what came of the harm before.
      Machine mender =
          random.nextBoolean()
              ? new Machine(
                  LocalCopies.copy(me.local(), temp.resolve("mender" + harm)),
                  me.clock(),
                  me.host(),
                  me.sleeper(),
                  me.random())
              : last();
      var _ = mender.list(harmed);
      List<ObjectName> names =
          before.objects().keySet().stream()
              .filter(name -> HARMED.stream().anyMatch(kind -> name.value().startsWith(kind)))
              .filter(name -> !undecided.contains(name))
              .toList();
      ObjectName name = names.get(random.nextInt(names.size()));
      String what;
      if (random.nextBoolean()) {
        Damage.lose(harmed, name);
        what = "lost ";
      } else {
        Damage.flip(
            harmed,
            name,
            random.nextInt(before.objects().get(name).length),
            1 << random.nextInt(8));
        what = "a bit of ";
      }
      try {
        RepairPlan plan =
            Mending.repair(mender, harmed, MemoryStorage.named("copy", whole.snapshot()), false);
        assertThat(plan.heals()).as(plan.toString()).isTrue();
        // No look in between: who repairs is told that all is well.
        assertThat(mender.prune(harmed, request).isComplete()).isTrue();
        holds(harmed, "after a prune", true);
      } catch (AssertionError | Exception e) {
        throw new AssertionError("harm " + harm + ", " + what + name + ": " + e, e);
      }
      tally.count("harms");
    }
  }

  /**
   * Manifests of which the ledger has no word, and that the copy has not got: they do not count,
   * but only what is in them tells so. Of a damaged one somebody has to say that it is given up.
   */
  private Set<ObjectName> withoutWord(MemoryStorage settled, MemoryStorage whole)
      throws IOException {
    try (Repository repository = last().open(settled)) {
      Set<ObjectName> names = new HashSet<>(settled.snapshot().objects().keySet());
      names.removeAll(whole.snapshot().objects().keySet());
      names.removeIf(
          name ->
              !name.value().startsWith("backups/")
                  || repository.ledger().existing().containsKey(name.value())
                  || repository.ledger().removed().contains(name.value()));
      return names;
    }
  }

  /** A storage as one actor sees it, with all that may go wrong on the way. */
  Storage view(String actor) {
    return views.computeIfAbsent(
        actor,
        name -> {
          FaultyStorage faults = new FaultyStorage(storage, random(name));
          if (faulty) {
            faults
                .sometimes(0.002, new Fault.Fail())
                .sometimes(0.002, new Fault.TimeOut())
                .sometimes(0.02, new Fault.Repeat(5))
                .sometimes(0.02, new Fault.Repeat(80));
          }
          return schedule.view(name, faults);
        });
  }

  private static long random(String name) {
    return name.hashCode();
  }

  /** Whether the storage fails at times. */
  boolean isFaulty() {
    return faulty;
  }

  /** The storage without faults. */
  Storage quiet(String actor) {
    return schedule.view(actor, storage);
  }

  /** The place of the copy, without faults. */
  Storage copyView(String actor) {
    return schedule.view(actor, copy);
  }

  Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  /** Somebody who comes when all have ended. */
  private Machine last() throws IOException {
    return new Machine(
        newPlace(), new SettableClock(LATER), "last", _ -> {}, new SeededRandom(random.nextLong()));
  }

  private void check(boolean copies) throws Exception {
    MemoryStorage settled = MemoryStorage.of(storage.snapshot());
    boolean before = random.nextInt(3) == 0;
    if (before) {
      try (Repository repository = last().open(settled)) {
        assertThat(Intake.run(repository, Progress.NONE).refused()).isEmpty();
      }
      holds(settled, "when all have ended", false);
    }
    // Nobody's memory tells of a storage that was put back.
    Actor one = actors.get(random.nextInt(actors.size()));
    try (Repository repository = one.machine().open(settled)) {
      assertThat(repository.ledger().issues()).as("what %s remembers", one.name).isEmpty();
    }
    // The next prune finds nothing to refuse, and what is left stays whole.
    Machine last = last();
    PruneRequest request = PruneRequest.by("last");
    assertThat(last.prune(settled, request).isComplete()).isTrue();
    assertThat(last.prune(settled, request).isComplete()).isTrue();
    holds(settled, "after two prunes more", true);
    if (copies) {
      MemoryStorage target = MemoryStorage.named("copy", copy.snapshot());
      assertThat(Actors.Copier.copy(last, settled, target).complete()).isTrue();
      try (Repository repository = last().open(target)) {
        assertThat(sealed(repository)).as("the copy").containsAllEntriesOf(truth.required());
        assertThat(Machine.verify(repository).issues())
            .as("the copy")
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
      assertThat(last.prune(target, request).isComplete()).isTrue();
      try (Repository repository = last().open(target)) {
        assertThat(sealed(repository)).as("pruned copy").containsAllEntriesOf(truth.required());
      }
    }
  }

  private void holds(MemoryStorage settled, String when, boolean everyByte) throws Exception {
    try (Repository repository = last().open(settled)) {
      assertThat(sealed(repository)).as(when).containsAllEntriesOf(truth.required());
      assertThat(BackupList.read(repository).backups())
          .as(when + ": told to be gone")
          .noneMatch(backup -> truth.gone().contains(backup.id()));
      assertThat(evidence(repository)).as(when + ": evidence").containsAll(truth.gone());
      if (everyByte) {
        assertThat(Machine.verify(repository).issues())
            .as(when)
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
    }
  }

  private static Map<BackupId, SortedMap<String, String>> sealed(Repository repository)
      throws IOException {
    Map<BackupId, SortedMap<String, String>> found = new TreeMap<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      if (backup.sealed()) {
        found.put(backup.id(), Contents.of(repository, backup));
      }
    }
    return found;
  }

  private static Set<BackupId> evidence(Repository repository) throws IOException {
    Set<BackupId> told = new TreeSet<>();
    for (Note note : Facts.of(repository).notes()) {
      if (note.fact() instanceof Fact.Forgotten forgotten) {
        told.addAll(forgotten.backups());
      }
    }
    return told;
  }
}
