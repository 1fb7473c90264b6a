package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.testkit.damage.Specimen.BrokenOff;
import io.salvor.testkit.damage.Specimen.Outcome;
import io.salvor.testkit.damage.Specimen.Refused;
import io.salvor.testkit.damage.Specimen.Verified;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages a small repository in every place: whatever byte is turned, whatever object is lost, cut
 * off, lengthened or put in another one's place, it is noticed, and nothing wrong is read.
 */
abstract class DamageContract {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  Specimen specimen;
  private List<Issue> notices = List.of();
  private final Set<ObjectName> spare = new HashSet<>();
  private final List<String> unnoticed = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger places = new AtomicInteger();

  /** The repository. */
  abstract Specimen make() throws Exception;

  /**
   * Whether nobody can tell, or need tell, that this object is lost: what another one stands for;
   * condemnations, what they condemn, and segments that name nothing else; what a session has left
   * that is over or was given up, and checkpoints.
   */
  boolean mayBeLost(ObjectName name) {
    return spare.contains(name) || name.value().startsWith("prune/");
  }

  private void findSpare(Repository repository) throws IOException {
    repository.condemnations().refresh();
    Set<ObjectId> condemned = repository.condemnations().packs();
    condemned.forEach(pack -> spare.add(ObjectKind.DATA_PACK.name(pack)));
    Set<ObjectId> superseded = repository.index().superseded();
    Set<String> over = new HashSet<>();
    repository.ledger().closures().keySet().forEach(session -> over.add(session.toString()));
    for (ObjectName name : specimen.names()) {
      if (name.value().matches("sessions/.*/(revoked|end)")) {
        over.add(session(name));
      }
    }
    for (ObjectName name : specimen.names()) {
      ObjectId segment = ObjectKind.INDEX_SEGMENT.idIn(name).orElse(null);
      boolean unneeded =
          segment != null
              && (superseded.contains(segment)
                  || IndexSegment.read(repository.storage(), repository.keys(), segment)
                      .packs()
                      .stream()
                      .allMatch(pack -> condemned.contains(pack.id())));
      boolean covered =
          ObjectKind.LEDGER_ENTRY.idIn(name).filter(repository.ledger()::spares).isPresent();
      boolean left =
          name.value().startsWith("sessions/")
              && (over.contains(session(name)) || name.value().matches(".*/[0-9]{8}"));
      if (unneeded || covered || left) {
        spare.add(name);
      }
    }
  }

  private static String session(ObjectName name) {
    return name.value().split("/", -1)[1];
  }

  /** The standard profile turns a bit in each so many bytes of small objects. */
  abstract int step();

  @BeforeEach
  void makeSpecimen() throws Exception {
    specimen = make();
    Outcome outcome = specimen.examine(newMachine(), specimen.storage());
    assertThat(outcome).isInstanceOf(Verified.class);
    VerifyReport report = ((Verified) outcome).report();
    assertThat(report.intact()).as(report.toString()).isTrue();
    notices = report.issues();
    try (Repository repository = specimen.opening().open(newMachine(), specimen.storage())) {
      findSpare(repository);
    }
  }

  @Test
  void aTurnedBitIsNoticedWhereverItIs() throws Exception {
    flips(Math.max(31, step()), step());
  }

  @Test
  @Tag("slow")
  void aTurnedBitIsNoticedInEveryByte() throws Exception {
    int each = Integer.getInteger("salvor.test.step", 1);
    flips(each, each);
  }

  /** Of the frames in the middle of packs each {@code step}-th byte, of the rest the small one. */
  private void flips(int step, int small) throws Exception {
    AtomicInteger flips = new AtomicInteger();
    List<Future<?>> objects = new ArrayList<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (ObjectName name : specimen.names()) {
        objects.add(pool.submit(() -> flips.addAndGet(flip(name, step, small))));
      }
    }
    for (Future<?> object : objects) {
      object.get();
    }
    System.out.println(flips + " turned bits in " + objects.size() + " objects");
    assertThat(unnoticed).isEmpty();
  }

  private int flip(ObjectName name, int step, int small) throws Exception {
    Machine machine = newMachine();
    boolean index = name.value().startsWith("index/");
    int flips = 0;
    int size = specimen.objects().objects().get(name).length;
    boolean pack = name.value().startsWith("packs/");
    for (int at = 0; at < size; at++) {
      boolean middle = pack && at > 160 && at < size - 600;
      if (at % (middle ? step : small) != 0) {
        continue;
      }
      MemoryStorage storage = specimen.storage();
      Damage.flip(storage, name, at, 1 << (at % 8));
      judge(machine, storage, "byte " + at + " of " + name);
      flips++;
      if (index) {
        // A view of the index that was made from a whole segment would hide damage of it.
        LocalCopies.remove(machine.local());
      }
    }
    return flips;
  }

  @Test
  void damageOfASegmentIsNoticedByAMachineThatKnowsItsContent() throws Exception {
    for (ObjectName name : specimen.names()) {
      if (name.value().startsWith("index/")) {
        MemoryStorage storage = specimen.storage();
        Damage.flip(storage, name, storage.get(name).length / 2, 1);
        judge(makersTwin(), storage, name + ", known");
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  @Test
  void aLostObjectIsNoticed() throws Exception {
    int lost = specimen.names().size();
    for (ObjectName name : specimen.names()) {
      MemoryStorage storage = specimen.storage();
      Damage.lose(storage, name);
      judge(newMachine(), storage, "loss of " + name);
    }
    assertThat(unnoticed).isSubsetOf(whatNobodyTells());
    System.out.printf("%d objects lost, %d of them unnoticed%n", lost, unnoticed.size());
  }

  private List<String> whatNobodyTells() {
    return specimen.names().stream()
        .filter(this::mayBeLost)
        .map(name -> "loss of " + name)
        .toList();
  }

  @Test
  void theMachineThatMadeItMissesTheNewestLedgerEntryToo() throws Exception {
    for (ObjectName name : specimen.names()) {
      MemoryStorage storage = specimen.storage();
      Damage.lose(storage, name);
      judge(makersTwin(), storage, "loss of " + name);
    }
    assertThat(unnoticed).isSubsetOf(whatNobodyTells());
  }

  @Test
  void whatWasCutOffOrLengthenedIsNoticed() throws Exception {
    for (ObjectName name : specimen.names()) {
      int size = specimen.objects().objects().get(name).length;
      for (int length : new int[] {0, 1, size / 2, size - 1}) {
        MemoryStorage storage = specimen.storage();
        Damage.cut(storage, name, length);
        judge(newMachine(), storage, name + " of " + size + " cut to " + length);
      }
      MemoryStorage storage = specimen.storage();
      Damage.append(storage, name, new byte[1]);
      judge(newMachine(), storage, "a byte more in " + name);
    }
    assertThat(unnoticed).isEmpty();
  }

  @Test
  void objectsOfOneKindThatChangePlacesAreNoticed() throws Exception {
    int swaps = 0;
    for (ObjectName one : specimen.names()) {
      for (ObjectName other : specimen.names()) {
        if (one.compareTo(other) < 0 && kind(one).equals(kind(other))) {
          MemoryStorage storage = specimen.storage();
          Damage.swap(storage, one, other);
          judge(newMachine(), storage, one + " and " + other + " in each other's place");
          swaps++;
        }
      }
    }
    assertThat(swaps).isGreaterThan(10);
    assertThat(unnoticed).isEmpty();
  }

  @Test
  void aStorageThatWasPutBackIsNoticedByWhoKnewBetter() throws Exception {
    ObjectName newest = null;
    try (Repository repository = specimen.opening().open(makersTwin(), specimen.storage())) {
      for (Backup backup : BackupList.read(repository).backups()) {
        newest = backup.sealed() ? backup.object() : newest;
      }
    }
    MemoryStorage storage = specimen.storage();
    Damage.lose(storage, newest);
    // With the entry of the ledger that tells of it: no trace is left in the storage.
    for (ObjectName name : specimen.names()) {
      if (name.value().startsWith("ledger/")) {
        MemoryStorage rest = MemoryStorage.of(storage.snapshot());
        Damage.lose(rest, name);
        judge(makersTwin(), rest, "loss of " + newest + " and " + name);
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  private static String kind(ObjectName name) {
    return name.value().replaceAll("[^/]*$", "").replaceAll("/[0-9a-f]{2}/", "/")
        + name.value().replaceAll("^[^.]*", "");
  }

  private void judge(Machine machine, MemoryStorage damaged, String what) throws Exception {
    Outcome outcome;
    try {
      outcome = specimen.examine(machine, damaged);
    } catch (AssertionError | Exception e) {
      throw new AssertionError(what + ": " + e, e);
    }
    switch (outcome) {
      // The credential that was damaged may be the one that takes the passphrase.
      case Refused(SalvorException e)
          when e.code() == ErrorCode.WRONG_CREDENTIAL && what.contains(".credential") -> {}
      case Refused(SalvorException e) -> mustBeDamage(e, what, isEmpty(damaged));
      case BrokenOff(SalvorException e) -> mustBeDamage(e, what, false);
      case Verified(VerifyReport report) -> {
        // A notice more than the healthy one has tells as well.
        if (report.intact() && new HashSet<>(notices).containsAll(report.issues())) {
          unnoticed.add(what);
        }
      }
    }
  }

  private static void mustBeDamage(SalvorException e, String what, boolean empty) {
    assertThat(e.code().exit())
        .as("%s: %s: %s", what, e.getMessage(), e.why())
        .isEqualTo(empty ? Exit.NO_REPOSITORY : Exit.DAMAGED);
  }

  private static boolean isEmpty(Storage storage) throws IOException {
    boolean[] any = {false};
    storage.list("", o -> any[0] = true);
    return !any[0];
  }

  Machine newMachine() throws IOException {
    return new Machine(
        Files.createDirectory(temp.resolve("new" + places.getAndIncrement())), specimen.clock());
  }

  /** A machine with the local state of the one that made the repository. */
  private Machine makersTwin() throws IOException {
    Path twin = LocalCopies.copy(specimen.local(), temp.resolve("twin" + places.getAndIncrement()));
    return new Machine(twin, specimen.clock());
  }
}
