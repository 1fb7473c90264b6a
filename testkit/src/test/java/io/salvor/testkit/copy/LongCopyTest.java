package io.salvor.testkit.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SimulatedCrash;
import io.salvor.testkit.storage.SteppedStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that take days, and such as others have begun and not ended. */
class LongCopyTest {
  private static final Duration GIVEN_UP = Duration.ofHours(14);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryStorage copy = MemoryStorage.named("copy");
  private Machine copier;
  private Machine pruner;
  private int places;

  @BeforeEach
  void aRepositoryWithSomeBackups() throws Exception {
    copier = new Machine(temp.resolve("copier"), clock, "copier");
    pruner = new Machine(temp.resolve("pruner"), clock, "pruner");
    copier.init(storage);
    BackupId first = backup(1);
    for (int i = 2; i < 6; i++) {
      backup(i);
    }
    copier.forget(storage, first);
  }

  private BackupId backup(int number) throws Exception {
    byte[] bytes = new byte[5_000];
    new Random(number).nextBytes(bytes);
    MapSource source = new MapSource("map:" + number).put("file", bytes);
    clock.advance(Duration.ofMinutes(1));
    return copier.backup(storage, source, null).backup().id();
  }

  @Test
  void whoGivesSignsOfLifeIsWaitedForHoweverLongItTakes() throws Exception {
    List<PruneReport> prunes = Collections.synchronizedList(new ArrayList<>());
    Instant begun = clock.instant();
    CopyReport report =
        copy(
            new Progress() {
              @Override
              public void checkCancelled() {
                // Not much at once: several threads come by while one of them gives a sign.
                clock.advance(Duration.ofMinutes(50));
              }

              @Override
              public void advance(long items, long bytes) {
                prunes.add(prune(storage, GIVEN_UP));
                prunes.add(prune(copy, GIVEN_UP));
              }
            });
    assertThat(report.complete()).isTrue();
    assertThat(Duration.between(begun, clock.instant())).isGreaterThan(GIVEN_UP.multipliedBy(2));
    assertThat(prunes.stream().filter(p -> !p.isComplete()).toList())
        .hasSizeGreaterThan(5)
        .allSatisfy(p -> assertThat(p.waitsFor()).hasSize(1));
    assertThat(prunes).allSatisfy(p -> assertThat(p.closed()).isZero());
    assertThat(copier.verify(copy).intact()).isTrue();
    assertThat(sessions(storage) + sessions(copy)).as("what is left of them").isZero();
    assertThat(prune(storage).isComplete()).isTrue();
  }

  @Test
  void whoWasGivenUpStopsAtItsNextSign() {
    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(
            () ->
                copy(
                    new Progress() {
                      @Override
                      public void checkCancelled() {
                        // While it plans, which one thread does.
                        if (steps.incrementAndGet() == 3) {
                          clock.advance(Duration.ofDays(3));
                          PruneReport _ = prune(storage);
                        }
                      }
                    }))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_REVOKED));
    assertThat(steps.get()).isEqualTo(3);
  }

  @Test
  void whoSleepsInTheMiddleAndIsGivenUpLeavesNoBackupWithoutItsPacks() throws Exception {
    asleepAtOperations(9);
  }

  @Test
  @Tag("slow")
  void whoSleepsAtAnyOperationAndIsGivenUpLeavesNoBackupWithoutItsPacks() throws Exception {
    asleepAtOperations(1);
  }

  @Test
  void whatIsNamedWhileACopierTakesItBackStays() throws Exception {
    assertThat(takenBackWhile(Pruning.AFTER_THE_LOOK)).isTrue();
  }

  @Test
  void whatACopierTakesBackWhileItIsNamedStays() throws Exception {
    assertThat(takenBackWhile(Pruning.AROUND_THE_DELETION)).isTrue();
  }

  /** When a pruner names a backup that its copier, which was given up, is taking back. */
  private enum Pruning {
    AFTER_THE_LOOK,
    AROUND_THE_DELETION
  }

  /** Whether it came to that. */
  private boolean takenBackWhile(Pruning when) throws Exception {
    try (Repository from = copier.open(storage)) {
      Copies.prepare(from, copy);
    }
    AtomicBoolean brought = new AtomicBoolean();
    AtomicBoolean met = new AtomicBoolean();
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch mayDelete = new CountDownLatch(1);
    SteppedStorage copying =
        new SteppedStorage(
            copy,
            operation -> {
              if (operation instanceof Operation.Find && brought.getAndSet(false)) {
                // Given up by a pruner that dies before it can close the session.
                clock.advance(Duration.ofDays(3));
                dieAtTheLedger();
              } else if (operation instanceof Operation.Put put && isManifest(put.name())) {
                brought.set(true);
              } else if (operation instanceof Operation.Delete delete
                  && isManifest(delete.name())) {
                deleting.countDown();
                await(mayDelete);
              }
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> ends =
          threads.submit(
              () -> {
                try (Repository from = another("copier").open(storage);
                    Repository to = another("copier").open(copying)) {
                  assertThatThrownBy(() -> Copies.copy(from, to, "copier", Progress.NONE))
                      .isInstanceOfSatisfying(
                          SalvorException.class,
                          e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_REVOKED));
                }
                return null;
              });
      await(deleting);
      Machine pruning = other();
      pruning.prune(
          new SteppedStorage(
              copy,
              operation -> {
                if (when == Pruning.AROUND_THE_DELETION && isEntry(operation)) {
                  met.set(true);
                  mayDelete.countDown();
                  finish(ends);
                }
              }),
          PruneRequest.by("pruner"));
      if (when == Pruning.AFTER_THE_LOOK) {
        met.set(named() > 0);
        mayDelete.countDown();
        finish(ends);
      }
    }
    assertThat(manifests()).isPositive().isEqualTo(named());
    assertIntact(copy, "named " + when);
    assertThat(other().prune(copy).isComplete()).isTrue();
    Twins.copy(another("copier"), storage, copy);
    assertThat(other().list(copy)).hasSize(4);
    return met.get();
  }

  private void dieAtTheLedger() {
    SteppedStorage dying =
        new SteppedStorage(
            copy,
            operation -> {
              if (isEntry(operation)) {
                throw new java.io.IOException("died");
              }
            });
    assertThatThrownBy(() -> other().prune(dying, PruneRequest.by("pruner")))
        .isInstanceOf(java.io.IOException.class);
  }

  private static boolean isManifest(ObjectName name) {
    return name.value().startsWith("backups/");
  }

  private static boolean isEntry(Operation operation) {
    return operation instanceof Operation.Put put && put.name().value().startsWith("ledger/");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void finish(Future<?> ends) {
    try {
      ends.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private void asleepAtOperations(int step) throws Exception {
    int given = 0;
    for (int at = 1; ; at += step) {
      MemoryStorage there = MemoryStorage.named("copy");
      Machine same = another("copier");
      Machine pruning = other();
      AtomicInteger operations = new AtomicInteger();
      int asleep = at;
      SteppedStorage stepped =
          new SteppedStorage(
              there,
              operation -> {
                if (operations.incrementAndGet() == asleep) {
                  sleepWhile(pruning, there);
                }
              });
      try (Repository from = same.open(storage)) {
        Copies.prepare(from, there);
        try (Repository to = same.open(stepped)) {
          CopyReport _ = Copies.copy(from, to, "copier", Progress.NONE);
        }
      } catch (SalvorException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.SESSION_REVOKED);
        given++;
      }
      if (operations.get() < at) {
        assertThat(given).isGreaterThan(5);
        return;
      }
      assertIntact(there, "asleep before operation " + at);
      assertThat(other().prune(there).isComplete()).isTrue();
      Twins.copy(another("copier"), storage, there);
      assertIntact(there, "asleep before operation " + at + ", then copied again");
      assertThat(other().list(there)).hasSize(4);
    }
  }

  private void sleepWhile(Machine pruning, MemoryStorage where) {
    clock.advance(Duration.ofDays(3));
    try {
      for (int i = 0; i < 2; i++) {
        PruneReport _ = pruning.prune(where, PruneRequest.by("pruner"));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatADeadCopierHasBroughtStaysExplained() throws Exception {
    int unexplained = 0;
    for (int operation = 1; dies(operation); operation++) {
      if (manifests() <= named()) {
        continue;
      }
      if (unexplained++ % 4 != 0) {
        continue;
      }
      MemoryStorage.Snapshot left = copy.snapshot();
      MemoryStorage again = MemoryStorage.named("copy", left);
      for (int next = 1; next < 60; next += 9) {
        FaultyStorage failing = new FaultyStorage(storage, 1).at(next, new Fault.Fail());
        Machine same = another("copier");
        try (Repository from = same.open(failing);
            Repository to = same.open(again)) {
          CopyReport _ = Copies.copy(from, to, "copier", Progress.NONE);
        } catch (SalvorException | java.io.IOException e) {
          assertIntact(again, "death at " + operation + ", failure at " + next);
        }
      }
      MemoryStorage pruned = MemoryStorage.named("copy", left);
      clock.advance(Duration.ofDays(3));
      for (int i = 0; i < 3; i++) {
        assertThat(other().prune(pruned).isComplete()).isTrue();
        assertIntact(pruned, "death at " + operation + ", then prunes");
      }
      assertThat(sessions(pruned)).isZero();
    }
    assertThat(unexplained).isPositive();
  }

  private boolean dies(int operation) throws Exception {
    copy.list("", info -> {});
    for (ObjectInfo info : objects(copy)) {
      copy.delete(info.name());
    }
    FaultyStorage faulty = new FaultyStorage(copy, 1).at(operation, new Fault.Crash(Extent.WHOLE));
    try {
      Machine same = another("copier");
      Repository from = same.open(storage);
      Copies.prepare(from, faulty);
      CopyReport _ = Copies.copy(from, same.open(faulty), "copier", Progress.NONE);
      return false;
    } catch (SimulatedCrash | RuntimeException | java.io.IOException e) {
      if (!faulty.hasCrashed()) {
        throw e;
      }
      return true;
    }
  }

  private static List<ObjectInfo> objects(MemoryStorage storage) throws Exception {
    List<ObjectInfo> found = new ArrayList<>();
    storage.list("", found::add);
    return found;
  }

  private long manifests() throws Exception {
    return objects(copy).stream().filter(o -> o.name().value().startsWith("backups/")).count();
  }

  private long named() throws Exception {
    if (manifests() == 0) {
      return 0;
    }
    try (Repository repository = other().open(copy)) {
      return repository.ledger().existing().keySet().stream()
          .filter(name -> name.startsWith("backups/"))
          .count();
    }
  }

  private void assertIntact(MemoryStorage storage, String what) throws Exception {
    assertThat(other().verify(storage).issues())
        .as(what)
        .noneMatch(issue -> issue.severity() == Severity.DAMAGE);
  }

  /** One that has not seen any of it. */
  private Machine other() {
    return another("other");
  }

  /** One of that name that remembers nothing of how else it went. */
  private Machine another(String host) {
    return new Machine(temp.resolve("another" + places++), clock, host);
  }

  private CopyReport copy(Progress progress) throws Exception {
    try (Repository from = copier.open(storage)) {
      Copies.prepare(from, copy);
      try (Repository to = copier.open(copy)) {
        return Copies.copy(from, to, "copier", progress);
      }
    }
  }

  private PruneReport prune(MemoryStorage where) {
    return prune(where, PruneRequest.by("pruner").giveUpAfter());
  }

  private PruneReport prune(MemoryStorage where, Duration giveUpAfter) {
    try {
      return pruner.prune(where, new PruneRequest(0.25, giveUpAfter, Duration.ZERO, "pruner"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static long sessions(MemoryStorage storage) throws Exception {
    return objects(storage).stream().filter(o -> o.name().value().endsWith("/open")).count();
  }
}
