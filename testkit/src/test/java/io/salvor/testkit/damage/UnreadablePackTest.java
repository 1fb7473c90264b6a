package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A storage gives all objects but one: a bad sector under a pack, or a wrong permission. */
class UnreadablePackTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;

  enum Failing {
    IO_EXCEPTION(new Fault.Fail()),
    BAD_SECTOR(new Fault.Refuse(ErrorCode.STORAGE_FAILED)),
    DENIED(new Fault.Refuse(ErrorCode.STORAGE_DENIED));

    private final Fault fault;

    Failing(Fault fault) {
      this.fault = fault;
    }
  }

  @BeforeEach
  void makeSpecimen() throws Exception {
    specimen = Specimen.make(temp);
  }

  @ParameterizedTest
  @EnumSource
  void verifyNamesThePackAndGoesOn(Failing failing) throws Exception {
    for (ObjectName pack : packs()) {
      FaultyStorage storage = without(pack, failing.fault);
      VerifyReport report;
      try (Repository repository = machine("verifier-" + pack.value().hashCode()).open(storage)) {
        report = Machine.verify(repository);
      }
      assertThat(report.issues())
          .as(pack.value())
          .anyMatch(i -> i.object().equals(pack.value()) && i.message().contains("cannot be read"));
      assertThat(report.intact()).as(pack.value()).isFalse();
      assertThat(report.bytes()).as("the others were read").isPositive();
    }
  }

  @Test
  void whereOneFrameCannotBeReadTheOthersOfThePackAreInOrder() throws Exception {
    FaultyStorage storage = new FaultyStorage(specimen.storage(), 1);
    ObjectName pack = packs().getFirst();
    AtomicLong bad = new AtomicLong(-1);
    storage.wherever(
        o -> {
          if (o instanceof Operation.GetRange(ObjectName name, long offset, int length)
              && name.equals(pack)
              && offset > 0) {
            // Where the first one begins that is read, whoever reads it.
            bad.compareAndSet(-1, offset);
            return offset <= bad.get() && bad.get() < offset + length;
          }
          return false;
        },
        new Fault.Fail());
    try (Repository repository = machine("verifier").open(storage)) {
      VerifyReport report = Machine.verify(repository);
      assertThat(report.issues())
          .filteredOn(i -> i.object().equals(pack.value()))
          .extracting(Issue::severity)
          .containsExactly(Severity.DAMAGE);
    }
  }

  @Test
  void anUnreachableStorageEndsTheVerification() throws Exception {
    FaultyStorage storage =
        without(packs().getFirst(), new Fault.Refuse(ErrorCode.STORAGE_UNREACHABLE));
    try (Repository repository = machine("verifier").open(storage)) {
      assertThatThrownBy(() -> Machine.verify(repository))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNREACHABLE));
    }
  }

  @Test
  void whatThePackHasIsNamedAndTheRestIsRead() throws Exception {
    for (ObjectName pack : packs()) {
      FaultyStorage storage = without(pack, new Fault.Fail());
      try (Repository repository = machine("reader").open(storage)) {
        for (Backup backup : BackupList.read(repository).backups()) {
          List<ErrorCode> failed = new ArrayList<>();
          SortedMap<String, String> read =
              Contents.readable(repository, backup, (key, e) -> failed.add(e.code()));
          SortedMap<String, String> right = new TreeMap<>(specimen.backups().get(backup.id()));
          if (failed.isEmpty()) {
            assertThat(read).isEqualTo(right);
          } else {
            assertThat(failed).containsOnly(ErrorCode.OBJECT_UNREADABLE);
            right.keySet().retainAll(read.keySet());
            assertThat(read).isEqualTo(right);
          }
        }
      }
    }
  }

  @Test
  void anotherPackThatHasTheBlobsServes() throws Exception {
    Machine machine = new Machine(specimen.local(), specimen.clock());
    FaultyStorage storage = new FaultyStorage(specimen.storage(), 1);
    MapSource source = new MapSource().put("one", new byte[] {1, 2, 3});
    machine.backup(storage, source, BackupType.FULL);
    List<ObjectName> before = packs(storage);
    before.forEach(pack -> storage.wherever(isRead(pack), new Fault.Fail()));
    try (Repository repository = machine.open(storage)) {
      assertThat(Machine.verify(repository).intact()).isFalse();
    }
    storage.heal();
    Backup again = machine.backup(storage, source, BackupType.FULL).backup();
    assertThat(packs(storage)).hasSizeGreaterThan(before.size());
    // Whichever half of the packs cannot be read, each blob is in the other one too.
    for (boolean old : new boolean[] {true, false}) {
      storage.heal();
      packs(storage).stream()
          .filter(pack -> before.contains(pack) == old)
          .forEach(pack -> storage.wherever(isRead(pack), new Fault.Fail()));
      try (Repository repository = machine("reader-" + old).open(storage)) {
        assertThat(Contents.of(repository, again)).isEqualTo(source.contents());
      }
    }
  }

  private Machine machine(String name) {
    return new Machine(temp.resolve(name), specimen.clock());
  }

  private List<ObjectName> packs() throws Exception {
    return packs(new FaultyStorage(specimen.storage(), 1));
  }

  private static List<ObjectName> packs(FaultyStorage storage) throws Exception {
    List<ObjectName> packs = new ArrayList<>();
    storage.list("packs/", info -> packs.add(info.name()));
    return packs;
  }

  private FaultyStorage without(ObjectName name, Fault fault) {
    return new FaultyStorage(specimen.storage(), 1).wherever(isRead(name), fault);
  }

  private static Predicate<Operation> isRead(ObjectName name) {
    return o ->
        o instanceof Operation.Get(ObjectName whole) && whole.equals(name)
            || o instanceof Operation.GetRange(ObjectName part, long _, int _) && part.equals(name);
  }
}
