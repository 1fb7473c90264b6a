package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every segment of the index is damaged, and something of what would tell what was in them is not
 * to be had: nothing that names packs is taken away as long as they may be needed.
 */
class BrokenSegmentTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private MemoryStorage storage;
  private List<ObjectName> packs;
  private int places;

  @BeforeEach
  void damageTheIndex() throws Exception {
    specimen = Specimen.make(temp);
    storage = specimen.storage();
    packs = storage.names("packs/");
    for (ObjectName segment : segments()) {
      Damage.flip(storage, segment, storage.get(segment).length / 2, 4);
    }
  }

  private Machine newMachine() {
    return new Machine(temp.resolve("m" + places++), specimen.clock());
  }

  private List<ObjectName> segments() {
    return storage.names("index/");
  }

  private static List<ObjectName> left(RepairPlan plan) {
    return plan.left().stream().map(left -> new ObjectName(left.object())).toList();
  }

  @Test
  void packsAreDescribedByThemselvesIfAllOfThemCanBeRead() throws Exception {
    RepairPlan plan = Mending.repair(newMachine(), storage, null, false);
    assertThat(plan.heals()).as(plan.toString()).isTrue();
    assertThat(newMachine().verify(storage).intact()).isTrue();
  }

  @Test
  void segmentsStayAsLongAsThePacksThatTheyMayNameAreWithheld() throws Exception {
    List<ObjectName> broken = segments();
    Map<Fault, ObjectName> cases =
        Map.of(
            new Fault.Fail(),
            packs.getFirst(),
            new Fault.Refuse(ErrorCode.STORAGE_DENIED),
            packs.getLast());
    for (Map.Entry<Fault, ObjectName> one : cases.entrySet()) {
      ObjectName pack = one.getValue();
      MemoryStorage now = MemoryStorage.of(storage.snapshot());
      Storage withheld = new FaultyStorage(now, 1).wherever(o -> isRead(o, pack), one.getKey());
      RepairPlan plan = Mending.repair(newMachine(), withheld, null, true);
      assertThat(plan.rebuilt()).as("%s", plan).isEmpty();
      assertThat(left(plan)).as("%s", plan).containsAll(broken);
      assertThat(now.names("index/")).containsAll(broken);
      assertThat(now.names("packs/")).contains(pack);
      // Once it is given again, nothing was lost by trying.
      RepairPlan later = Mending.repair(newMachine(), now, null, false);
      assertThat(later.heals()).as(later.toString()).isTrue();
      assertThat(newMachine().verify(now).intact()).isTrue();
    }
  }

  private static boolean isRead(Operation operation, ObjectName name) {
    return switch (operation) {
      case Operation.Get(ObjectName whole) -> whole.equals(name);
      case Operation.GetRange(ObjectName part, long _, int _) -> part.equals(name);
      default -> false;
    };
  }

  @Test
  void segmentsStayWhereOnlyThisMachineKnowsWhatAPackHas() throws Exception {
    List<ObjectName> broken = segments();
    for (ObjectName pack : packs) {
      MemoryStorage now = MemoryStorage.of(storage.snapshot());
      // What tells where its directory is.
      Damage.flip(now, pack, now.get(pack).length - 40, 4);
      RepairPlan plan =
          Mending.repair(new Machine(specimen.local(), specimen.clock()), now, null, false);
      assertThat(plan.rebuilt()).as(plan.toString()).isEmpty();
      assertThat(left(plan)).as(plan.toString()).containsAll(broken);
      assertThat(now.names("index/")).containsAll(broken);
    }
  }

  @Test
  void aCopyWithTheSameDamageGivesNothingAndTakesNothing() throws Exception {
    MemoryStorage sound = specimen.storage();
    for (ObjectName name : List.of(packs.getFirst(), packs.getLast())) {
      MemoryStorage here = specimen.storage();
      SortedMap<ObjectName, byte[]> before = here.snapshot().objects();
      MemoryStorage copy = Mending.copyOf(newMachine(), sound);
      for (MemoryStorage each : List.of(here, copy)) {
        int size = each.get(name).length;
        for (int at = 40; at < size; at += 16) {
          Damage.flip(each, name, at, 4);
        }
      }
      RepairPlan plan = Mending.repair(newMachine(), here, copy, false);
      assertThat(plan.packs()).as("nothing is put back").isEmpty();
      assertThat(here.names("packs/")).as("what may be found is kept").contains(name);
      List<ObjectName> others = new ArrayList<>(before.keySet());
      others.remove(name);
      assertThat(here.snapshot().objects().keySet()).containsAll(others);
    }
  }
}
