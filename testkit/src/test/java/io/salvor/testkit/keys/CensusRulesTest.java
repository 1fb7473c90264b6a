package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.Successions.CHEAP;
import static io.salvor.testkit.keys.Successions.NEW;
import static io.salvor.testkit.keys.Successions.OLD;
import static io.salvor.testkit.keys.Successions.passphrase;
import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is looked at when a successor takes a census: whatever would be left out for good though
 * somebody may need it stops the succession, before it has begun.
 */
class CensusRulesTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Successions world;
  private MemoryStorage storage;

  @BeforeEach
  void begin() throws Exception {
    world = new Successions(temp);
    storage = world.storage;
  }

  private void refuses(ErrorCode code) {
    fails(code, () -> world.succeed(storage, NEW));
    assertThat(storage.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));
  }

  @Test
  void anEntryOfTheLedgerThatIsGoneAndNamedStopsIt() throws Exception {
    TreeSet<ObjectName> first = new TreeSet<>(storage.names("ledger/"));
    world.rotate();
    world.backup(storage, OLD);
    ObjectName gone = first.first();
    byte[] object = storage.get(gone);
    storage.delete(gone);
    refuses(ErrorCode.OBJECT_LOST);
    storage.put(gone, object);
    world.succeed(storage, NEW);
    world.holds(storage, NEW, 2);
  }

  @Test
  void anEpochThatVanishesWhileItIsOpenStopsIt() throws Exception {
    ObjectName first;
    try (Repository repository = world.newMachine().open(storage)) {
      first = ObjectKind.EPOCH.name(repository.keys().epoch());
    }
    world.rotate();
    byte[] object = storage.get(first);
    try (Repository repository = world.newMachine().open(storage);
        Passphrase next = passphrase(NEW)) {
      storage.delete(first);
      fails(
          ErrorCode.KEY_DAMAGED,
          () -> repository.succeedAuthority(next, "new", CHEAP, "owner", Progress.NONE));
    }
    assertThat(storage.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));
    storage.put(first, object);
    world.succeed(storage, NEW);
    world.holds(storage, NEW, 1);
  }

  @Test
  void whatCannotBeReadJustNowIsNotLeftOut() throws Exception {
    ObjectName name = storage.names("backups/").getFirst();
    FaultyStorage failing =
        new FaultyStorage(storage, 1)
            .wherever(
                o -> o instanceof Operation.Get(ObjectName n) && n.equals(name), new Fault.Fail());
    fails(ErrorCode.EPOCH_NOT_GRANTED, () -> world.succeed(failing, NEW));
    assertThat(storage.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));
    world.succeed(storage, NEW);
    world.holds(storage, NEW, 1);
  }

  @Test
  void aSegmentThatTheAuthorityHasSignedAndNobodyCanReadStopsIt() throws Exception {
    ObjectName name;
    try (Repository repository = world.newMachine().open(storage)) {
      ObjectId id = repository.keys().newId();
      name = ObjectKind.INDEX_SEGMENT.name(id);
      storage.put(
          name, repository.keys().sealSmall(ObjectKind.INDEX_SEGMENT, id, new byte[] {1, 2, 3}));
    }
    refuses(ErrorCode.OBJECT_DAMAGED);
    storage.delete(name);
    world.succeed(storage, NEW);
  }

  @Test
  void whatSomebodyElseHasSignedIsLeftOutWithAWord() throws Exception {
    Successions other = new Successions(temp.resolve("other"));
    ObjectName foreign = other.storage.names("backups/").getFirst();
    storage.put(foreign, other.storage.get(foreign));
    List<String> warnings = new ArrayList<>();
    Progress listening =
        new Progress() {
          @Override
          public void warn(String code, String key, String message) {
            warnings.add(key);
          }
        };
    Machine machine = world.newMachine();
    try (Repository repository = machine.open(storage, OLD);
        Passphrase next = passphrase(NEW)) {
      ObjectId _ = repository.succeedAuthority(next, "new", CHEAP, "owner", listening);
    }
    assertThat(warnings).containsExactly(foreign.value());
    storage.delete(foreign);
    world.holds(storage, NEW, 1);
  }
}
