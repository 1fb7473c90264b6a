package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
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
import java.util.List;
import java.util.TreeSet;
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
class DamageTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private final List<String> unnoticed = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger places = new AtomicInteger();

  @BeforeEach
  void makeSpecimen() throws Exception {
    specimen = Specimen.make(temp);
  }

  @Test
  void theSpecimenIsIntactAndHasEveryKindOfObject() throws Exception {
    Machine machine = newMachine();
    Outcome outcome = specimen.examine(machine, specimen.storage());
    assertThat(outcome).isInstanceOf(Verified.class);
    assertThat(((Verified) outcome).report().issues()).isEmpty();
    assertThat(machine.list(specimen.storage()))
        .extracting(Backup::sealed)
        .containsExactly(true, true, false);
    List<String> kinds =
        specimen.names().stream()
            .map(n -> n.value().replaceAll("[0-9a-f]{32}", "*").replaceAll("/[0-9a-f]{2}/", "/"))
            .sorted()
            .toList();
    assertThat(new TreeSet<>(kinds))
        .containsExactly(
            "backups/*",
            "facts/*",
            "index/*",
            "keys/*.credential",
            "keys/*.epoch",
            "keys/*.grant",
            "ledger/*",
            "packs/*",
            "salvor",
            "sessions/*/00000002",
            "sessions/*/open");
    assertThat(kinds).filteredOn("index/*"::equals).hasSizeGreaterThan(2);
    assertThat(kinds).filteredOn("packs/*"::equals).hasSizeGreaterThan(5);
  }

  @Test
  void aTurnedBitIsNoticedWhereverItIs() throws Exception {
    flips(31);
  }

  @Test
  @Tag("slow")
  void aTurnedBitIsNoticedInEveryByte() throws Exception {
    flips(1);
  }

  /** Every byte, but of the frames in the middle of packs only each {@code step}-th. */
  private void flips(int step) throws Exception {
    AtomicInteger flips = new AtomicInteger();
    List<Future<?>> objects = new ArrayList<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (ObjectName name : specimen.names()) {
        objects.add(pool.submit(() -> flips.addAndGet(flip(name, step))));
      }
    }
    for (Future<?> object : objects) {
      object.get();
    }
    System.out.println(flips + " turned bits in " + objects.size() + " objects");
    assertThat(unnoticed).isEmpty();
  }

  private int flip(ObjectName name, int step) throws Exception {
    Machine machine = newMachine();
    boolean index = name.value().startsWith("index/");
    int flips = 0;
    int size = specimen.objects().objects().get(name).length;
    boolean pack = name.value().startsWith("packs/");
    for (int at = 0; at < size; at++) {
      if (pack && at > 160 && at < size - 600 && at % step != 0) {
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
    for (ObjectName name : specimen.names()) {
      MemoryStorage storage = specimen.storage();
      Damage.lose(storage, name);
      judge(newMachine(), storage, "loss of " + name);
    }
    // What nobody can tell: the interrupted session's checkpoint, which looks like one that was not
    // reached.
    assertThat(unnoticed).hasSize(1);
    assertThat(unnoticed).allMatch(what -> what.endsWith("/00000002"));
  }

  @Test
  void theMachineThatMadeItMissesTheNewestLedgerEntryToo() throws Exception {
    for (ObjectName name : specimen.names()) {
      MemoryStorage storage = specimen.storage();
      Damage.lose(storage, name);
      judge(makersTwin(), storage, "loss of " + name);
    }
    assertThat(unnoticed).hasSize(1);
    assertThat(unnoticed).allMatch(what -> what.endsWith("/00000002"));
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
    for (Backup backup : makersTwin().list(specimen.storage())) {
      newest = backup.sealed() ? backup.object() : newest;
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
      case Refused(SalvorException e) -> mustBeDamage(e, what, isEmpty(damaged));
      case BrokenOff(SalvorException e) -> mustBeDamage(e, what, false);
      case Verified(VerifyReport report) -> {
        if (report.intact()) {
          assertThat(report.issues()).as(what).isEmpty();
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

  private Machine newMachine() throws IOException {
    return new Machine(
        Files.createDirectory(temp.resolve("new" + places.getAndIncrement())), specimen.clock());
  }

  /** A machine with the local state of the one that made the repository. */
  private Machine makersTwin() throws IOException {
    Path twin = LocalCopies.copy(specimen.local(), temp.resolve("twin" + places.getAndIncrement()));
    return new Machine(twin, specimen.clock());
  }
}
