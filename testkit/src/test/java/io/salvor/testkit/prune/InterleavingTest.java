package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two writers, one or two pruners and somebody who forgets work on one storage, whose lists may
 * lag, interleaved by seeds; writers that sleep are given up. The real code, no model.
 */
class InterleavingTest {
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private int places;

  @Test
  void nothingThatWasAcknowledgedIsLost() throws Exception {
    seeds(1, 200);
  }

  @Test
  @Tag("slow")
  void norInVeryManyMore() throws Exception {
    seeds(1_000, SAMPLE ? 100 : 10_000);
  }

  private void seeds(long from, int count) throws Exception {
    Tally tally = new Tally();
    for (long seed = from; seed < from + count; seed++) {
      try {
        new World(seed, tally).run();
      } catch (AssertionError | Exception e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
    }
    System.out.println(count + " seeds: " + tally);
    assertThat(tally.deleted).isPositive();
    assertThat(tally.copied).isPositive();
    assertThat(tally.closed).isPositive();
    assertThat(tally.begunAgain).isPositive();
    assertThat(tally.waited).isPositive();
  }

  /** What the seeds have reached: a test of nothing would hold, too. */
  private static final class Tally {
    private long backups;
    private long forgotten;
    private long deleted;
    private long copied;
    private long closed;
    private long waited;
    private long begunAgain;
    private long givenUp;

    @Override
    public String toString() {
      return backups
          + " backups, "
          + forgotten
          + " forgotten; "
          + deleted
          + " packs deleted, "
          + copied
          + " blobs copied, "
          + closed
          + " sessions closed, "
          + waited
          + " prunes waited; "
          + begunAgain
          + " backups begun again, "
          + givenUp
          + " given up";
    }
  }

  private final class World {
    private final long seed;
    private final Tally tally;
    private final Random random;
    private final Schedule schedule;
    private final MemoryStorage storage;
    private final Map<BackupId, SortedMap<String, String>> acknowledged =
        new ConcurrentSkipListMap<>();
    private final List<Path> used = new ArrayList<>();

    World(long seed, Tally tally) {
      this.seed = seed;
      this.tally = tally;
      this.random = new Random(seed);
      this.schedule = new Schedule(seed, START);
      Duration lag = random.nextInt(3) == 0 ? Duration.ofSeconds(20) : Duration.ZERO;
      this.storage = new MemoryStorage(lag, schedule);
    }

    void run() throws Exception {
      machine("init").init(storage);
      schedule.sleep("init", Duration.ofSeconds(60));
      Map<String, Callable<Void>> actors = new TreeMap<>();
      actors.put("writer 1", writer("writer 1", "map:one", random.nextLong()));
      actors.put("writer 2", writer("writer 2", "map:two", random.nextLong()));
      actors.put("forgetter", forgetter(random.nextLong()));
      actors.put("pruner 1", pruner("pruner 1", random.nextLong()));
      if (random.nextBoolean()) {
        actors.put("pruner 2", pruner("pruner 2", random.nextLong()));
      }
      schedule.run(actors);
      check();
      for (Path place : used) {
        LocalCopies.remove(place);
      }
    }

    private Machine machine(String actor) throws Exception {
      Path place = Files.createDirectory(temp.resolve("local" + places++));
      used.add(place);
      return new Machine(place, schedule, actor, time -> schedule.sleep(actor, time));
    }

    private Callable<Void> writer(String name, String address, long ownSeed) throws Exception {
      Machine machine = machine(name);
      return () -> {
        Random own = new Random(ownSeed);
        MapSource source = new MapSource(address);
        for (int i = 0; i < 5; i++) {
          source.put("file " + i, noise(own.nextInt(6)));
        }
        for (int run = 0; run < 2; run++) {
          source.put("file " + own.nextInt(5), noise(own.nextInt(6)));
          source.remove("file " + own.nextInt(5));
          try {
            BackupReport report = machine.backup(schedule.view(name, storage), source.copy(), null);
            acknowledged.put(report.backup().id(), source.contents());
            synchronized (tally) {
              tally.backups++;
              tally.begunAgain +=
                  report.warnings().stream().filter(w -> w.code().equals("begun-again")).count();
            }
          } catch (SalvorException e) {
            if (e.code() != ErrorCode.SESSION_REVOKED) {
              throw e;
            }
            synchronized (tally) {
              tally.givenUp++;
            }
          }
        }
        return null;
      };
    }

    private Callable<Void> pruner(String name, long ownSeed) throws Exception {
      Machine machine = machine(name);
      return () -> {
        Random own = new Random(ownSeed);
        for (int run = 0; run < 3; run++) {
          Duration giveUp = Duration.ofSeconds(own.nextBoolean() ? 10 : 10_000);
          Duration patience = Duration.ofSeconds(own.nextBoolean() ? 0 : 60);
          double unused = own.nextBoolean() ? 0.1 : 0.9;
          var report =
              machine.prune(
                  schedule.view(name, storage), new PruneRequest(unused, giveUp, patience, name));
          synchronized (tally) {
            tally.deleted += report.deleted();
            tally.copied += report.copiedBlobs();
            tally.closed += report.closed();
            tally.waited += report.isComplete() ? 0 : 1;
          }
        }
        return null;
      };
    }

    private Callable<Void> forgetter(long ownSeed) throws Exception {
      Machine machine = machine("forgetter");
      return () -> {
        Random own = new Random(ownSeed);
        for (int run = 0; run < 2; run++) {
          schedule.sleep("forgetter", Duration.ofSeconds(own.nextInt(200)));
          List<BackupId> ids = List.copyOf(acknowledged.keySet());
          if (!ids.isEmpty()) {
            BackupId id = ids.get(own.nextInt(ids.size()));
            acknowledged.remove(id);
            machine.forget(schedule.view("forgetter", storage), id);
            synchronized (tally) {
              tally.forgotten++;
            }
          }
        }
        return null;
      };
    }

    private void check() throws Exception {
      MemoryStorage settled = MemoryStorage.of(storage.snapshot());
      holds(settled);
      // The next prune finds nothing to refuse, and what is left stays whole.
      machine("last").prune(settled);
      machine("last").prune(settled);
      holds(settled);
    }

    private void holds(MemoryStorage settled) throws Exception {
      try (Repository repository = machine("reader").open(settled)) {
        Map<BackupId, SortedMap<String, String>> found = new TreeMap<>();
        for (Backup backup : BackupList.read(repository).backups()) {
          if (backup.sealed()) {
            found.put(backup.id(), Contents.of(repository, backup));
          }
        }
        assertThat(found).as("seed " + seed).containsAllEntriesOf(acknowledged);
        assertThat(Machine.verify(repository).issues())
            .as("seed " + seed)
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
    }
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[3_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
