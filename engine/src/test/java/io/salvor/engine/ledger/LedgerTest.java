package io.salvor.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.TestKeys;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  @TempDir Path temp;
  private final Memory memory = new Memory();
  private final KeyRing keys = TestKeys.ring();
  private Storage storage;

  @BeforeEach
  void open() throws IOException {
    storage = DirectoryStorage.create(temp.resolve("r"));
  }

  @AfterEach
  void close() throws IOException {
    storage.close();
    keys.close();
  }

  @Test
  void whatWasAddedAndNotRemovedExists() throws IOException {
    Ledger ledger = ledger();
    add(ledger, "backups/a");
    add(ledger, "backups/b");
    append(ledger, LedgerChange.removing(List.of("backups/a")));
    assertThat(ledger().existing().keySet()).containsExactly("backups/b");
    assertThat(ledger().issues()).isEmpty();
  }

  @Test
  void entriesOfTwoWhoDidNotSeeEachOtherAreJoinedByTheNext() throws IOException {
    add(ledger(), "backups/a");
    Ledger one = ledger();
    Ledger two = ledger();
    add(one, "backups/b");
    add(two, "backups/c");
    add(ledger(), "backups/d");
    assertThat(ledger().existing()).hasSize(4);
    assertThat(ledger().issues()).isEmpty();
  }

  @Test
  void anEntryLostInTheMiddleShowsToEverybody() throws IOException {
    Ledger ledger = ledger();
    add(ledger, "backups/a");
    ObjectName first = entries().getFirst();
    add(ledger, "backups/b");
    storage.delete(first);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues())
        .containsExactly(new LedgerIssue.EntryLost(first));
  }

  @Test
  void theNewestEntryLostShowsToWhoHasSeenIt() throws IOException {
    Ledger ledger = ledger();
    add(ledger, "backups/a");
    ObjectName first = entries().getFirst();
    add(ledger, "backups/b");
    ObjectName second = entries().stream().filter(n -> !n.equals(first)).findFirst().orElseThrow();
    storage.delete(second);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues()).isEmpty();
    assertThat(ledger().issues()).containsExactly(new LedgerIssue.RolledBack(second, 2));
    add(ledger(), "backups/c");
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues())
        .as("whoever has seen it names it, and then everybody misses it")
        .containsExactly(new LedgerIssue.EntryLost(second));
  }

  @Test
  void aDamagedEntryShows() throws IOException {
    Ledger ledger = ledger();
    add(ledger, "backups/a");
    ObjectName name = entries().getFirst();
    byte[] bytes = storage.get(name);
    bytes[bytes.length / 2] ^= 1;
    storage.delete(name);
    storage.put(name, bytes);
    assertThat(ledger().issues()).contains(new LedgerIssue.EntryDamaged(name));
  }

  @Test
  void aListThatShowsAnEntryAndNotTheOneBeforeItIsNoLoss() throws IOException {
    Ledger writer = ledger();
    add(writer, "backups/a");
    ObjectName first = entries().getFirst();
    add(writer, "backups/b");
    Storage torn =
        (Storage)
            Proxy.newProxyInstance(
                Storage.class.getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> {
                  if (!method.getName().equals("list")) {
                    return method.invoke(storage, arguments);
                  }
                  for (ObjectName name : entries()) {
                    if (!name.equals(first)) {
                      each(arguments[1]).accept(new ObjectInfo(name, 0));
                    }
                  }
                  return null;
                });
    Ledger reader = Ledger.read(torn, keys, LedgerMemory.NONE);
    assertThat(reader.issues()).isEmpty();
    assertThat(reader.existing().keySet()).containsExactly("backups/a", "backups/b");
  }

  @Test
  void anEntryThatIsNotTheOneSeenIsALoss() throws IOException {
    add(ledger(), "backups/a");
    LedgerMemory.Seen seen = memory.read().getFirst();
    memory.write(List.of(new LedgerMemory.Seen(seen.id(), seen.number(), new byte[32])));
    assertThat(ledger().issues())
        .containsExactly(
            new LedgerIssue.RolledBack(ObjectKind.LEDGER_ENTRY.name(seen.id()), seen.number()));
  }

  @Test
  void whatWasRemovedDoesNotExistAgainWhoeverAddsIt() throws IOException {
    Ledger ledger = ledger();
    add(ledger, "backups/a");
    append(ledger, LedgerChange.removing(List.of("backups/a")));
    add(ledger, "backups/a");
    assertThat(ledger().existing()).isEmpty();
    assertThat(ledger().removed()).containsExactly("backups/a");
  }

  @Test
  void whatIsRemovedIsRemovedForGoodUnlessItsPlaceIsTakenByWhatWasPutInIt() throws IOException {
    LedgerEntry.Added instead = new LedgerEntry.Added(fact(1), new byte[32], "hold a");
    LedgerEntry.Added alike = new LedgerEntry.Added(fact(2), new byte[32], "hold a");
    LedgerEntry.Added other = new LedgerEntry.Added(fact(3), new byte[32], "hold b");
    LedgerEntry.Added kind =
        new LedgerEntry.Added(
            ObjectKind.MANIFEST.name(new ObjectId(4, 4)).value(), new byte[32], "hold a");
    assertThat(replaced("facts/a", instead).isRemovedForGood("facts/a", instead)).isFalse();
    assertThat(replaced("facts/b", alike).isRemovedForGood("facts/b", instead)).isFalse();
    assertThat(replaced("facts/c", other).isRemovedForGood("facts/c", instead)).isTrue();
    assertThat(replaced("facts/d", kind).isRemovedForGood("facts/d", instead)).isTrue();
    assertThat(ledger().isRemovedForGood("facts/never", instead)).isFalse();
    append(ledger(), LedgerChange.removing(List.of("facts/a")));
    assertThat(ledger().isRemovedForGood("facts/a", instead))
        .as("one of two who removed it has put nothing there")
        .isTrue();
  }

  private static String fact(long id) {
    return ObjectKind.FACT.name(new ObjectId(id, id)).value();
  }

  private Ledger replaced(String object, LedgerEntry.Added with) throws IOException {
    Ledger ledger = ledger();
    append(ledger, new LedgerChange(List.of(with), List.of(object), List.of()));
    return ledger;
  }

  @Test
  void aChangeIsNotMadeOnceWhatItReliesOnWasRemoved() throws IOException {
    Ledger ledger = ledger();
    LedgerChange one = adding("backups/a");
    assertThat(unlessRemoved(ledger, "facts/x", one)).isTrue();
    assertThat(ledger().existing()).containsKey("backups/a");
    append(ledger(), LedgerChange.removing(List.of("facts/x")));
    assertThat(unlessRemoved(ledger, "facts/x", adding("backups/b"))).isFalse();
    assertThat(ledger().existing()).doesNotContainKey("backups/b");
    assertThat(unlessRemoved(ledger, "facts/y", adding("backups/b"))).isTrue();
    assertThat(ledger().existing()).containsKey("backups/b");
  }

  private static boolean unlessRemoved(Ledger ledger, String name, LedgerChange change)
      throws IOException {
    return ledger.appendUnlessRemoved(
        Set.of("facts/other", name), change, NOW, "me", new SecureRandom());
  }

  private static LedgerChange adding(String object) {
    return LedgerChange.adding(List.of(new LedgerEntry.Added(object, new byte[32], "label")));
  }

  @Test
  void whatIsRemovedIsReplacedByWhatTheSameEntryAdds() throws IOException {
    append(ledger(), adding("backups/a"));
    append(ledger(), adding("backups/b"));
    append(
        ledger(),
        new LedgerChange(
            List.of(
                new LedgerEntry.Added("backups/c", new byte[32], "label"),
                new LedgerEntry.Added("backups/d", new byte[32], "other")),
            List.of("backups/a"),
            List.of()));
    append(ledger(), LedgerChange.removing(List.of("backups/b")));
    Ledger ledger = ledger();
    assertThat(ledger.isReplaced("backups/a", "backups/c")).isTrue();
    assertThat(ledger.isReplaced("backups/a", "backups/d")).isTrue();
    assertThat(ledger.isReplaced("backups/a", "backups/b")).isFalse();
    assertThat(ledger.isReplaced("backups/b", "backups/c")).isFalse();
    assertThat(ledger.isReplaced("backups/c", "backups/d")).isFalse();
  }

  @Test
  void theEntriesThatWereReadAreKnown() throws IOException {
    assertThat(ledger().entries()).isEmpty();
    add(ledger(), "backups/a");
    add(ledger(), "backups/b");
    assertThat(ledger().entries())
        .hasSize(2)
        .containsExactlyInAnyOrderElementsOf(
            entries().stream()
                .map(name -> ObjectKind.LEDGER_ENTRY.idIn(name).orElseThrow())
                .toList());
  }

  @Test
  void anEntryIsKnownOnceItWasReadThoughItIsDamaged() throws IOException {
    add(ledger(), "backups/a");
    ObjectName name = entries().getFirst();
    ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElseThrow();
    assertThat(ledger().knows(id)).isTrue();
    assertThat(ledger().knows(new ObjectId(1, 1))).isFalse();
    byte[] bytes = storage.get(name);
    bytes[bytes.length / 2] ^= 1;
    storage.delete(name);
    storage.put(name, bytes);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).knows(id)).isTrue();
  }

  @Test
  void severalClosuresOfASessionAcceptWhatAllOfThemAccept() throws IOException {
    ObjectId session = new ObjectId(1, 1);
    ObjectId one = new ObjectId(2, 2);
    ObjectId other = new ObjectId(3, 3);
    append(ledger(), LedgerChange.closing(List.of(new Closure(session, Set.of(one, other)))));
    assertThat(ledger().closures()).containsEntry(session, Set.of(one, other));
    append(ledger(), LedgerChange.closing(List.of(new Closure(session, Set.of(one)))));
    Ledger ledger = ledger();
    assertThat(ledger.closures()).containsEntry(session, Set.of(one));
    assertThat(ledger.counts(ObjectKind.MANIFEST.name(one), session)).isTrue();
    assertThat(ledger.counts(ObjectKind.MANIFEST.name(other), session)).isFalse();
    assertThat(ledger.counts(ObjectKind.MANIFEST.name(other), new ObjectId(4, 4))).isTrue();
  }

  @Test
  void whoAppendsGoesOnFromWhatOthersHaveWrittenMeanwhile() throws IOException {
    Ledger early = ledger();
    add(ledger(), "backups/a");
    add(early, "backups/b");
    assertThat(memory.read()).as("one head").hasSize(1);
    assertThat(early.existing()).hasSize(2);
  }

  @Test
  void whatIsMissedAndNamedByAnEntryIsRememberedNoLonger() throws IOException {
    add(ledger(), "backups/a");
    ObjectName first = entries().getFirst();
    storage.delete(first);
    add(ledger(), "backups/b");
    assertThat(memory.read()).hasSize(1).noneMatch(seen -> name(seen).equals(first));
    assertThat(ledger().issues()).containsExactly(new LedgerIssue.EntryLost(first));
  }

  private static ObjectName name(LedgerMemory.Seen seen) {
    return ObjectKind.LEDGER_ENTRY.name(seen.id());
  }

  @Test
  void whatIsNoEntryIsDamage() throws IOException {
    ObjectId id = new ObjectId(5, 5);
    ObjectName name = ObjectKind.LEDGER_ENTRY.name(id);
    storage.put(name, keys.sealSmall(ObjectKind.LEDGER_ENTRY, id, new byte[] {1}));
    assertThat(ledger().issues()).containsExactly(new LedgerIssue.EntryDamaged(name));
  }

  @Test
  void whatIsMissedIsLookedForAgainBeforeItCountsAsLost() throws IOException {
    add(ledger(), "backups/a");
    ObjectName first = entries().getFirst();
    add(ledger(), "backups/b");
    byte[] kept = storage.get(first);
    storage.delete(first);
    int[] lists = {0};
    Storage late =
        new ForwardingStorage(storage) {
          @Override
          public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
            if (++lists[0] == 2) {
              storage.put(first, kept);
            }
            super.list(prefix, each);
          }
        };
    assertThat(Ledger.read(late, keys, LedgerMemory.NONE).issues()).isEmpty();
    assertThat(lists[0]).isEqualTo(2);

    storage.delete(first);
    lists[0] = 2;
    assertThat(Ledger.read(late, keys, LedgerMemory.NONE).issues()).hasSize(1);
    assertThat(lists[0]).as("two readings that agree are enough").isEqualTo(4);
  }

  @Test
  void aHeadThatIsRememberedAndMissedIsLookedForAgain() throws IOException {
    add(ledger(), "backups/a");
    ObjectName only = entries().getFirst();
    storage.delete(only);
    int[] lists = {0};
    Storage counted =
        new ForwardingStorage(storage) {
          @Override
          public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
            lists[0]++;
            super.list(prefix, each);
          }
        };
    assertThat(Ledger.read(counted, keys, memory).issues()).hasSize(1);
    assertThat(lists[0]).isEqualTo(2);
    lists[0] = 0;
    assertThat(Ledger.read(counted, keys, LedgerMemory.NONE).issues()).isEmpty();
    assertThat(lists[0]).isEqualTo(1);
  }

  @Test
  void nobodyDrivesTheNumberBeyondItsEnd() throws IOException {
    memory.write(
        List.of(new LedgerMemory.Seen(new ObjectId(1, 1), LedgerEntry.MAX_NUMBER, new byte[32])));
    add(ledger(), "backups/a");
    assertThat(ledger().existing()).containsKey("backups/a");
    assertThat(memory.read()).extracting(LedgerMemory.Seen::number).contains(1L << 40);
  }

  @Test
  void aLossIsMissedUntilSomebodyAcceptsItAndThenByNobody() throws IOException {
    add(ledger(), "backups/a");
    add(ledger(), "backups/b");
    ObjectName second = name(memory.read().getFirst());
    byte[] kept = storage.get(second);
    storage.delete(second);
    // Whoever goes on names what is gone, so that everybody misses it.
    add(ledger(), "backups/c");
    Ledger stranger = Ledger.read(storage, keys, LedgerMemory.NONE);
    assertThat(stranger.issues()).containsExactly(new LedgerIssue.EntryLost(second));

    append(ledger(), givingUp(second));

    assertThat(ledger().issues()).isEmpty();
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues()).isEmpty();
    assertThat(ledger().existing()).containsOnlyKeys("backups/a", "backups/c");
    storage.put(second, kept);
    assertThat(ledger().existing())
        .as("what is found again counts again")
        .containsOnlyKeys("backups/a", "backups/b", "backups/c");
    assertThat(ledger().issues()).isEmpty();
  }

  @Test
  void whatOnlyThisMachineHasSeenIsForgottenOnceItsLossIsAccepted() throws IOException {
    add(ledger(), "backups/a");
    add(ledger(), "backups/b");
    ObjectName second = name(memory.read().getFirst());
    storage.delete(second);
    assertThat(ledger().issues()).containsExactly(new LedgerIssue.RolledBack(second, 2));

    append(ledger(), givingUp(second));

    assertThat(ledger().issues()).isEmpty();
    assertThat(memory.read()).noneMatch(seen -> name(seen).equals(second));
    add(ledger(), "backups/c");
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues()).isEmpty();
  }

  @Test
  void aDamagedEntryIsNeededNoLongerOnceItsLossIsAccepted() throws IOException {
    add(ledger(), "backups/a");
    ObjectName first = entries().getFirst();
    ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(first).orElseThrow();
    storage.delete(first);
    storage.put(first, new byte[100]);
    assertThat(ledger().issues()).containsExactly(new LedgerIssue.EntryDamaged(first));
    assertThat(ledger().spares(id)).isFalse();
    append(ledger(), givingUp(first));
    assertThat(ledger().issues()).isEmpty();
    assertThat(ledger().spares(id)).isTrue();
  }

  @Test
  void backupsThatWereSeenAndThatNothingTellsOfAreKnownByTheirNames() throws IOException {
    String one = ObjectKind.MANIFEST.name(new ObjectId(1, 1)).value();
    String two = ObjectKind.MANIFEST.name(new ObjectId(2, 2)).value();
    append(ledger(), adding(one, "20260101-one"));
    append(ledger(), adding(two, "20260102-two"));
    assertThat(ledger().vanished()).isEmpty();
    ObjectName second = name(memory.read().getFirst());
    storage.delete(second);
    assertThat(ledger().vanished())
        .containsExactly(new LedgerMemory.SeenBackup(two, "20260102-two"));
    add(ledger(), "backups/c");
    assertThat(ledger().vanished())
        .as("who goes on forgets nothing")
        .containsExactly(new LedgerMemory.SeenBackup(two, "20260102-two"));
    append(ledger(), givingUp(second));
    assertThat(ledger().vanished()).isEmpty();
    assertThat(memory.backups()).doesNotContain(new LedgerMemory.SeenBackup(two, "20260102-two"));
  }

  private static LedgerChange givingUp(ObjectName entry) {
    ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(entry).orElseThrow();
    return new LedgerChange(List.of(), List.of(), List.of(), Set.of(id));
  }

  private static LedgerChange adding(String object, String label) {
    return LedgerChange.adding(List.of(new LedgerEntry.Added(object, new byte[32], label)));
  }

  @SuppressWarnings("unchecked")
  private static Consumer<ObjectInfo> each(Object argument) {
    return (Consumer<ObjectInfo>) argument;
  }

  private Ledger ledger() throws IOException {
    return Ledger.read(storage, keys, memory);
  }

  private static void add(Ledger ledger, String object) throws IOException {
    append(
        ledger, LedgerChange.adding(List.of(new LedgerEntry.Added(object, new byte[32], "label"))));
  }

  private static void append(Ledger ledger, LedgerChange change) throws IOException {
    ledger.append(change, NOW, "me", new SecureRandom());
  }

  private List<ObjectName> entries() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list(ObjectKind.LEDGER_ENTRY.prefix(), info -> names.add(info.name()));
    return names;
  }

  private static final class Memory implements LedgerMemory {
    private List<Seen> seen = List.of();
    private List<SeenBackup> backups = List.of();

    @Override
    public List<SeenBackup> backups() {
      return backups;
    }

    @Override
    public void writeBackups(List<SeenBackup> seen) {
      backups = List.copyOf(seen);
    }

    @Override
    public List<Seen> read() {
      return seen;
    }

    @Override
    public void write(List<Seen> heads) {
      seen = List.copyOf(heads);
    }
  }
}
