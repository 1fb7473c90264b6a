package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While a repository is repaired, the storage fails to give an object that is in order: repair may
 * say so, and must give nothing up, whatever losses were accepted.
 */
class PassingFailureTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private final AtomicInteger places = new AtomicInteger();

  enum Failing {
    IO_EXCEPTION(new Fault.Fail()),
    BAD_SECTOR(new Fault.Refuse(ErrorCode.STORAGE_FAILED)),
    DENIED(new Fault.Refuse(ErrorCode.STORAGE_DENIED)),
    UNREACHABLE(new Fault.Refuse(ErrorCode.STORAGE_UNREACHABLE));

    private final Fault fault;

    Failing(Fault fault) {
      this.fault = fault;
    }
  }

  @BeforeEach
  void makeSpecimen() throws Exception {
    specimen = Specimen.make(temp);
  }

  @Test
  void whatCannotBeReadWhileARepairRunsIsKept() throws Exception {
    whatCannotBeReadForAWhileIsNotGivenUp(Failing.IO_EXCEPTION);
  }

  @Tag("slow")
  @ParameterizedTest
  @EnumSource
  void whatCannotBeReadForAWhileIsNotGivenUp(Failing failing) throws Exception {
    for (ObjectName name : specimen.names()) {
      MemoryStorage storage = specimen.storage();
      FaultyStorage faulty = new FaultyStorage(storage, 1);
      faulty.wherever(o -> isRead(o, name), failing.fault);
      repair(faulty);
      assertNothingIsGone(failing + " at " + name, storage);
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @EnumSource
  void norIsWhatFailsOnlyNowAndThen(Failing failing) throws Exception {
    for (ObjectName name : specimen.names()) {
      for (int kept = 1; kept < 4; kept++) {
        MemoryStorage storage = specimen.storage();
        FaultyStorage faulty = new FaultyStorage(storage, 1);
        int[] reads = {0};
        int most = kept;
        faulty.wherever(o -> isRead(o, name) && ++reads[0] % 4 >= most, failing.fault);
        repair(faulty);
        assertNothingIsGone(failing + " now and then at " + name, storage);
      }
    }
  }

  @Test
  @Tag("slow")
  void norIsWhatWasReadWrongOnce() throws Exception {
    for (ObjectName name : specimen.names()) {
      for (int which = 1; which < 6; which++) {
        MemoryStorage storage = specimen.storage();
        FaultyStorage faulty = new FaultyStorage(storage, 1);
        int[] reads = {0};
        int wrong = which;
        faulty.wherever(o -> isRead(o, name) && ++reads[0] == wrong, new Fault.Misread());
        repair(faulty);
        assertNothingIsGone("read " + which + " of " + name + " is wrong", storage);
      }
    }
  }

  @Test
  @Tag("slow")
  void aSegmentThatIsDamagedIsNotReplacedWhileAPackIsWithheld() throws Exception {
    for (ObjectName segment : specimen.names()) {
      if (!segment.value().startsWith("index/")) {
        continue;
      }
      for (ObjectName pack : specimen.names()) {
        if (!pack.value().startsWith("packs/")) {
          continue;
        }
        MemoryStorage storage = specimen.storage();
        byte[] right = storage.get(segment);
        byte[] wrong = right.clone();
        wrong[right.length / 2] ^= 1;
        storage.put(segment, wrong);
        FaultyStorage faulty = new FaultyStorage(storage, 1);
        faulty.wherever(o -> isRead(o, pack), new Fault.Fail());
        repair(faulty);
        RepairPlan plan = Mending.repair(newMachine(), storage, null, false);
        assertThat(plan.left()).as("damage of " + segment + ", failures of " + pack).isEmpty();
        prune(storage);
        assertAllCanBeRead("damage of " + segment + ", failures of " + pack, storage);
      }
    }
  }

  /** Nobody's copy helps, and every loss is accepted. */
  private void repair(FaultyStorage storage) throws Exception {
    try {
      var _ = Mending.repair(newMachine(), storage, null, true);
    } catch (SalvorException e) {
      assertThat(e.code().exit())
          .isIn(Exit.FAILED, Exit.DAMAGED, Exit.UNREACHABLE, Exit.NO_REPOSITORY);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("planned failure");
    }
  }

  private void assertNothingIsGone(String what, MemoryStorage storage) throws Exception {
    assertAllCanBeRead(what, storage);
    prune(storage);
    assertAllCanBeRead(what + ", pruned", storage);
  }

  private void prune(MemoryStorage storage) throws Exception {
    var _ = newMachine().prune(storage);
  }

  private void assertAllCanBeRead(String what, MemoryStorage storage) throws Exception {
    Machine machine = newMachine();
    try (Repository repository = machine.open(storage)) {
      assertThat(Machine.verify(repository).intact()).as(what).isTrue();
      int[] found = {0};
      for (Backup backup : BackupList.read(repository).backups()) {
        assertThat(Contents.of(repository, backup))
            .as("%s: %s", what, backup.id())
            .isEqualTo(specimen.backups().get(backup.id()));
        found[0]++;
      }
      assertThat(found[0]).as(what).isEqualTo(specimen.backups().size());
    } catch (SalvorException e) {
      throw new AssertionError(what + ": " + e, e);
    }
  }

  private static boolean isRead(Operation operation, ObjectName name) {
    return operation instanceof Operation.Get(ObjectName whole) && whole.equals(name)
        || operation instanceof Operation.GetRange(ObjectName part, long _, int _)
            && part.equals(name);
  }

  private Machine newMachine() throws IOException {
    return new Machine(
        Files.createDirectory(temp.resolve("machine" + places.getAndIncrement())),
        specimen.clock());
  }
}
