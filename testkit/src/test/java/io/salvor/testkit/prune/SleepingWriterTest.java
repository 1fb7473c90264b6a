package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SteppedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A writer falls asleep before each of its storage operations in turn, while what it was going to
 * use is forgotten and pruned, once with and once without giving it up; then it wakes.
 */
class SleepingWriterTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final Instant start = Instant.parse("2026-01-30T15:00:00Z");
  private MemoryStorage.Snapshot objects = MemoryStorage.Snapshot.EMPTY;
  private BackupId first = new BackupId("20260130-150000-22222");
  private MapSource source = new MapSource();
  private int places;

  @BeforeEach
  void makeABackup() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Machine machine = new Machine(place(), new SettableClock(start));
    machine.init(storage);
    for (int i = 0; i < 4; i++) {
      source.put("file " + i, noise(i));
    }
    first = machine.backup(storage, source, null).backup().id();
    objects = storage.snapshot();
    source = source.copy().put("file 1", noise(77)).remove("file 2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itLosesNothing(boolean givenUp) throws Exception {
    int closed = 0;
    for (int operation = 1; ; operation++) {
      List<PruneReport> reports = new ArrayList<>();
      sleepsBefore(operation, givenUp, reports);
      if (reports.isEmpty()) {
        System.out.println((operation - 1) + " operations; given up in " + closed);
        assertThat(operation).isGreaterThan(40);
        assertThat(closed > 10).isEqualTo(givenUp);
        return;
      }
      closed += reports.getFirst().closed();
    }
  }

  @Test
  void aSecondPrunerMayComeWhileItSleeps() throws Exception {
    for (int operation = 20; operation < 80; operation += 7) {
      List<PruneReport> reports = new ArrayList<>();
      sleepsBefore(operation, operation % 2 == 0, reports, reports);
    }
  }

  @Test
  void itsCheckpointMayComeWhileAPrunerClosesIt() throws Exception {
    SettableClock clock = new SettableClock(start.plusSeconds(60));
    MemoryStorage storage = MemoryStorage.of(objects);
    LastAct act = new LastAct();
    // A checkpoint is due long before the last one.
    InstantSource fast =
        () -> {
          clock.advance(Duration.ofMinutes(1));
          return clock.instant();
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Machine machine = new Machine(place(), fast);
      Future<?> writer =
          threads.submit(
              () -> machine.backup(new SteppedStorage(storage, act), source.copy(), null));
      act.asleep.acquire();
      clock.advance(Duration.ofHours(1));
      SteppedStorage pruners =
          new SteppedStorage(
              storage,
              before -> {
                String what = before.toString();
                // When it closes a session it has listed the backups, and lists sessions once more.
                if (what.startsWith("put ledger/")) {
                  act.awake.release();
                  act.dead.acquireUninterruptibly();
                } else if (what.startsWith("delete sessions/")) {
                  throw new IOException("planned death of a pruner that has not tidied yet");
                }
              });
      assertThatThrownBy(() -> prune(pruners, clock, true)).hasMessageContaining("planned");
      assertThatThrownBy(writer::get).hasMessageContaining("planned");
    }
    try (Repository repository = new Machine(place(), clock).open(storage)) {
      assertThat(BackupList.read(repository).backups()).anyMatch(backup -> !backup.sealed());
      assertThat(Machine.verify(repository).issues())
          .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
    }
  }

  /** Falls asleep before the first checkpoint, stores it when it is woken, and dies. */
  private static final class LastAct implements SteppedStorage.Stepper {
    final Semaphore asleep = new Semaphore(0);
    final Semaphore awake = new Semaphore(0);
    final Semaphore dead = new Semaphore(0);
    private volatile boolean over;

    @Override
    public void before(Operation operation) throws IOException {
      if (over) {
        throw new IOException("planned death");
      }
      if (isCheckpoint(operation)) {
        asleep.release();
        awake.acquireUninterruptibly();
      }
    }

    @Override
    public void after(Operation operation) {
      if (isCheckpoint(operation)) {
        over = true;
        dead.release();
      }
    }

    private static boolean isCheckpoint(Operation operation) {
      return operation instanceof Operation.Put put && put.name().value().endsWith("/00000001");
    }
  }

  @Test
  void whatItHasUploadedGoesThoughNothingElseDoes() throws Exception {
    SettableClock clock = new SettableClock(start.plusSeconds(60));
    MemoryStorage storage = MemoryStorage.of(objects);
    try (Repository repository = new Machine(place(), clock).open(storage)) {
      CopySession left = CopySession.begin(repository, "elsewhere", "repair");
      left.requireAlive();
      try (BlobWriter writer = repository.newWriter()) {
        var _ = writer.put(BlobKind.DATA, noise(99), 0, 20_000);
        var _ = writer.flush();
      }
    }
    clock.advance(Duration.ofHours(1));
    assertThat(prune(storage, clock, false).deleted()).as("it may be at work").isZero();
    assertThat(prune(storage, clock, true).deleted()).as("it may wake just now").isZero();
    assertThat(prune(storage, clock, true).deleted()).isEqualTo(1);
  }

  @SafeVarargs
  private void sleepsBefore(int operation, boolean givenUp, List<PruneReport>... prunes)
      throws Exception {
    SettableClock clock = new SettableClock(start.plusSeconds(60));
    MemoryStorage storage = MemoryStorage.of(objects);
    AtomicInteger operations = new AtomicInteger();
    SteppedStorage stepped =
        new SteppedStorage(
            storage,
            before -> {
              if (operations.incrementAndGet() == operation) {
                clock.advance(Duration.ofHours(1));
                try {
                  new Machine(place(), clock).forget(storage, first);
                  for (List<PruneReport> reports : prunes) {
                    reports.add(prune(storage, clock, givenUp));
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    BackupReport report = new Machine(place(), clock).backup(stepped, source.copy(), null);
    holds(operation, storage, report);
    prune(storage, clock, true);
    prune(storage, clock, true);
    holds(operation, storage, report);
    LocalCopies.remove(temp.resolve("local" + (places - 1)));
  }

  private PruneReport prune(Storage storage, SettableClock clock, boolean givingUp)
      throws Exception {
    Duration giveUp = givingUp ? Duration.ofSeconds(1) : Duration.ofHours(48);
    return new Machine(place(), clock)
        .prune(storage, new PruneRequest(0.25, giveUp, Duration.ZERO, "tester"));
  }

  private void holds(int operation, MemoryStorage storage, BackupReport report) throws Exception {
    Machine reader = new Machine(place(), new SettableClock(start));
    try (Repository repository = reader.open(storage)) {
      Backup backup = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, backup))
          .as("asleep before operation %d", operation)
          .isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .as("asleep before operation %d", operation)
          .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
    }
  }

  private synchronized Path place() throws Exception {
    return Files.createDirectory(temp.resolve("local" + places++));
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
