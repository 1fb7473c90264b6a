package io.salvor.testkit.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SteppedStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was forgotten only in a copy stays away there, whatever becomes of it in the source. */
class ForgottenInACopyTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryStorage copy = MemoryStorage.named("copy");
  private final MapSource source = new MapSource();
  private Machine machine;
  private BackupId first;
  private BackupId second;

  @BeforeEach
  void aCopyInWhichABackupIsForgotten() throws Exception {
    machine = new Machine(temp.resolve("machine"), clock);
    machine.init(storage);
    first = backup(1);
    second = backup(2);
    Twins.copy(machine, storage, copy);
    forgetFirst(machine, copy);
  }

  private BackupId backup(int number) throws Exception {
    byte[] bytes = new byte[3_000];
    new Random(number).nextBytes(bytes);
    source.put("file " + number, bytes);
    clock.advance(Duration.ofMinutes(1));
    return machine.backup(storage, source, null).backup().id();
  }

  @Test
  void anotherCopyDoesNotBringItBack() throws Exception {
    Twins.copy(machine, storage, copy);
    stayed(copy);
  }

  @Test
  void norDoesOneAfterTheSourceWasSealedAnew() throws Exception {
    sealAnew(storage);
    Twins.copy(machine, storage, copy);
    stayed(copy);
    try (Repository from = machine.open(storage);
        Repository to = machine.open(copy)) {
      CopyReport again = Copies.copy(from, to, "host", Progress.NONE);
      assertThat(again.objects()).as("sent twice").isZero();
    }
    sealAnew(storage);
    Twins.copy(machine, storage, copy);
    stayed(copy);
    var _ = machine.prune(copy);
    stayed(copy);
    assertThat(ids(storage)).containsExactly(first, second);
  }

  @Test
  void norDoesOneThatIsUnderWayWhenItIsForgotten() throws Exception {
    forgottenAtOperations(7, 1);
  }

  @Test
  @Tag("slow")
  void norDoesOneThatIsAtAnyOfItsOperationsWhenItIsForgotten() throws Exception {
    forgottenAtOperations(1, 0);
  }

  /** A copy brings the source's backups under new names, and somebody forgets one of them. */
  private void forgottenAtOperations(int step, int from) throws Exception {
    MemoryStorage other = MemoryStorage.named("other");
    Twins.copy(machine, storage, other);
    MemoryStorage.Snapshot before = other.snapshot();
    sealAnew(storage);
    int copies = 0;
    for (AtomicInteger operations = new AtomicInteger(); ; copies++) {
      int at = from + copies * step;
      MemoryStorage there = MemoryStorage.named("other", before);
      Machine copier = new Machine(temp.resolve("copier " + at), clock);
      Machine another = new Machine(temp.resolve("another " + at), clock);
      AtomicBoolean forgotten = new AtomicBoolean();
      operations.set(0);
      SteppedStorage stepped =
          new SteppedStorage(
              there,
              operation -> {
                if (operations.incrementAndGet() == at) {
                  forgotten.set(isForgotten(another, there));
                }
              });
      try (Repository source = copier.open(storage);
          Repository target = copier.open(stepped)) {
        assertThat(Copies.copy(source, target, "host", Progress.NONE).complete()).isTrue();
      }
      if (operations.get() < at) {
        assertThat(copies).isGreaterThan(10);
        return;
      }
      Machine stranger = new Machine(temp.resolve("stranger " + at), clock);
      assertThat(stranger.list(there).stream().map(Backup::id))
          .as("forgotten before operation %d", at)
          .isEqualTo(forgotten.get() ? List.of(second) : List.of(first, second));
      assertThat(stranger.verify(there).issues())
          .as("forgotten before operation %d", at)
          .noneMatch(issue -> issue.severity() == Severity.DAMAGE);
    }
  }

  /** Not before the grant of the new epoch is there. */
  private boolean isForgotten(Machine by, MemoryStorage where) {
    try {
      forgetFirst(by, where);
      return true;
    } catch (SalvorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.EPOCH_NOT_GRANTED);
      return false;
    }
  }

  private void forgetFirst(Machine by, MemoryStorage where) {
    try (Repository repository = by.open(where)) {
      RetentionPlan plan =
          RetentionPlan.of(
              Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
              Set.of(first),
              repository.now());
      assertThat(Forgetting.run(repository, plan, "by name", "me", Progress.NONE)).hasSize(1);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsForgottenNowhereIsBroughtUnderItsNewName() throws Exception {
    MemoryStorage other = MemoryStorage.named("other");
    Twins.copy(machine, storage, other);
    sealAnew(storage);
    Twins.copy(machine, storage, other);
    assertThat(ids(other)).containsExactly(first, second);
    assertThat(machine.verify(other).intact()).isTrue();
  }

  private void sealAnew(MemoryStorage where) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(where)) {
      var _ = repository.keyRegister("me").rotate();
    }
    try (Repository repository = machine.open(where)) {
      assertThat(Reencryption.run(repository, "me", Progress.NONE).manifests()).isEqualTo(2);
    }
  }

  private void stayed(MemoryStorage where) throws Exception {
    assertThat(ids(where)).containsExactly(second);
    try (Repository repository = machine.open(where)) {
      Backup left = BackupList.read(repository).byPrefix(second.text());
      assertThat(Contents.of(repository, left)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).intact()).isTrue();
    }
  }

  private List<BackupId> ids(MemoryStorage where) throws Exception {
    return machine.list(where).stream().map(Backup::id).toList();
  }
}
