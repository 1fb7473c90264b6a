package io.salvor.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.TestKeys;
import io.salvor.engine.fact.ReadCounts;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Summaries of the ledger: what they repeat, what they cover, and what they must not hide. */
class LedgerSummaryTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final int MANY = LedgerSummary.MOST_ENTRIES + 1;

  @TempDir Path temp;
  private final SecureRandom random = new SecureRandom();
  private final KeyRing keys = TestKeys.ring();
  private final Memory memory = new Memory();
  private Storage storage;

  /** The entry that the next one names, and its number. */
  private LedgerEntry.Predecessor last;

  private long number;

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
  void fewEntriesAreNotSummedUp() throws IOException {
    chain(MANY - 1, 1);
    assertThat(summarise()).isFalse();
    assertThat(entries()).hasSize(MANY - 1);
  }

  @Test
  void whatOthersHaveWrittenMeanwhileIsSummedUpToo() throws IOException {
    Ledger early = ledger();
    chain(MANY, 1);
    assertThat(early.summarise(NOW, "me", random)).isTrue();
  }

  @Test
  void aSummaryRepeatsAllThatTheEntriesHaveSaid() throws IOException {
    chain(MANY, 1);
    ObjectId session = new ObjectId(1, 1);
    Ledger ledger = ledger();
    ledger.append(
        new LedgerChange(
            List.of(),
            List.of("backups/3", "backups/gone"),
            List.of(new Closure(session, Set.of(new ObjectId(2, 2)))),
            Set.of(new ObjectId(3, 3))),
        NOW,
        "me",
        random);
    Set<String> before = new TreeSet<>(ledger().existing().keySet());
    assertThat(summarise()).isTrue();
    takeAwayWhatIsCovered();
    Ledger fresh = Ledger.read(storage, keys, LedgerMemory.NONE);
    assertThat(fresh.existing().keySet()).isEqualTo(before).hasSize(MANY - 1);
    assertThat(fresh.removed()).containsExactlyInAnyOrder("backups/3", "backups/gone");
    assertThat(fresh.closures()).containsEntry(session, Set.of(new ObjectId(2, 2)));
    assertThat(fresh.spares(new ObjectId(3, 3))).isTrue();
    assertThat(fresh.issues()).isEmpty();
    assertThat(entries()).hasSize(1);
  }

  @Test
  void whoRemembersACoveredHeadFindsItCoveredAfterManyGenerations() throws IOException {
    chain(5, 1);
    Memory old = new Memory();
    Ledger.read(storage, keys, old).remember();
    for (int generation = 0; generation < 3; generation++) {
      chain(MANY, 1);
      assertThat(summarise()).isTrue();
    }
    takeAwayWhatIsCovered();
    assertThat(Ledger.read(storage, keys, old).issues()).isEmpty();
  }

  @Test
  void whatAWithdrawnClientHasAddedIsNotRepeatedUnlessTheAuthorityNamesIt() {
    Map<ObjectId, LedgerView.Read> read = new HashMap<>();
    for (int i = 0; i < MANY; i++) {
      read(read, i, LedgerChange.adding(List.of(added("backups/own" + i))), "");
    }
    read(read, MANY, LedgerChange.adding(List.of(added("backups/theirs"))), "keys/gone.writer");
    read(read, MANY + 1, LedgerChange.adding(List.of(added("backups/kept"))), "keys/gone.writer");
    read(read, MANY + 2, LedgerChange.adding(List.of(added("backups/other"))), "keys/there.writer");
    LedgerChange withdrawal =
        new LedgerChange(List.of(added("backups/kept")), List.of("keys/gone.writer"), List.of());
    read(read, MANY + 3, withdrawal, "");
    LedgerSummary summary = LedgerSummary.of(new LedgerView(read, Set.of()));
    assertThat(summary.covered()).hasSize(MANY + 4);
    assertThat(summary.change().added())
        .extracting(LedgerEntry.Added::object)
        .hasSize(MANY + 2)
        .contains("backups/kept", "backups/other")
        .doesNotContain("backups/theirs");
    assertThat(summary.change().removed()).containsExactly("keys/gone.writer");
  }

  private static LedgerEntry.Added added(String object) {
    return new LedgerEntry.Added(object, new byte[32], "");
  }

  private static void read(
      Map<ObjectId, LedgerView.Read> into, int number, LedgerChange change, String writer) {
    LedgerEntry entry = new LedgerEntry(number + 1, List.of(), change, NOW, "me", Set.of());
    Optional<String> by = writer.isEmpty() ? Optional.empty() : Optional.of(writer);
    into.put(new ObjectId(1, number + 1), new LedgerView.Read(entry, new byte[32], by));
  }

  @Test
  void anEntryThatTheSummaryHasNotReadStaysNeeded() throws IOException {
    chain(MANY, 1);
    LedgerSummary summary = LedgerSummary.of(view());
    LedgerEntry.Predecessor before = last;
    chain(1, 1);
    ObjectName concurrent = ObjectKind.LEDGER_ENTRY.name(last.id());
    put(new LedgerEntry(9_999, List.of(before), summary.change(), NOW, "me", summary.covered()));
    ledger().append(LedgerChange.adding(List.of()), NOW, "me", random);
    takeAwayWhatIsCovered();
    assertThat(ledger().issues()).isEmpty();
    assertThat(ledger().existing()).hasSize(MANY + 1);
    storage.delete(concurrent);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues())
        .containsExactly(new LedgerIssue.EntryLost(concurrent));
  }

  @Test
  void whatIsMissingStaysMissed() throws IOException {
    chain(MANY, 1);
    ObjectName lost = ObjectKind.LEDGER_ENTRY.name(ids().get(7));
    storage.delete(lost);
    chain(2, 1);
    assertThat(summarise()).isTrue();
    takeAwayWhatIsCovered();
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues())
        .containsExactly(new LedgerIssue.EntryLost(lost));
  }

  @Test
  void theLossOfASummaryShows() throws IOException {
    chain(MANY, 1);
    assertThat(summarise()).isTrue();
    ObjectName summary = largest();
    add("backups/later");
    takeAwayWhatIsCovered();
    storage.delete(summary);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues())
        .containsExactly(new LedgerIssue.EntryLost(summary));
  }

  @Test
  void aLedgerPutBackToBeforeTheSummaryShowsToWhoHasSeenIt() throws IOException {
    chain(MANY, 1);
    assertThat(summarise()).isTrue();
    ObjectName summary = largest();
    storage.delete(summary);
    assertThat(ledger().issues()).hasSize(1).first().isInstanceOf(LedgerIssue.RolledBack.class);
    assertThat(Ledger.read(storage, keys, LedgerMemory.NONE).issues()).isEmpty();
  }

  @Test
  void oneLostObjectIsNoLossWhileASecondSummaryRepeatsIt() throws IOException {
    chain(MANY, 1);
    assertThat(summarise()).isTrue();
    int before = entries().size();
    chain(MANY, 1);
    assertThat(summarise()).isTrue();
    assertThat(entries().size())
        .as("the first ones, which two summaries repeat, are gone; the later ones stay")
        .isEqualTo(before + MANY + 1 - MANY);
    ObjectName summary = largest();
    Set<String> all = new TreeSet<>(ledger().existing().keySet());
    storage.delete(summary);
    Ledger without = Ledger.read(storage, keys, LedgerMemory.NONE);
    assertThat(without.existing().keySet()).isEqualTo(all);
  }

  @Test
  void opening100000BackupsReadsFewObjects() throws IOException {
    for (int i = 0; i < 4; i++) {
      chain(MANY, 100);
      assertThat(summarise()).isTrue();
    }
    chain(200, 1);
    assertThat(ledger().existing()).hasSize(4 * MANY * 100 + 200);
    ReadCounts counted = new ReadCounts(DirectoryStorage.open(temp.resolve("r")), "ledger/");
    Ledger fresh = Ledger.read(counted, keys, LedgerMemory.NONE);
    assertThat(fresh.existing()).hasSizeGreaterThan(100_000);
    assertThat(counted.gets()).isLessThan(MANY + 10);
    int gets = counted.gets();
    fresh.refresh();
    assertThat(counted.gets()).as("what was read is not read again").isEqualTo(gets);
  }

  /** Entries that name each other, as appending one after the other would make them. */
  private void chain(int count, int lines) throws IOException {
    // A summary whose successors are covered by another one is a head again, and not the latest.
    for (Map.Entry<ObjectId, LedgerView.Read> head : view().heads().entrySet()) {
      if (head.getValue().entry().number() >= number) {
        last = new LedgerEntry.Predecessor(head.getKey(), head.getValue().sha256());
        number = head.getValue().entry().number();
      }
    }
    for (int i = 0; i < count; i++) {
      List<LedgerEntry.Added> added = new ArrayList<>();
      for (int line = 0; line < lines; line++) {
        added.add(
            new LedgerEntry.Added(
                "backups/" + number + (line == 0 ? "" : "-" + line), new byte[32], "label"));
      }
      number++;
      put(
          new LedgerEntry(
              number,
              last == null ? List.of() : List.of(last),
              LedgerChange.adding(added),
              NOW,
              "me",
              Set.of()));
    }
    ledger().remember();
  }

  private void put(LedgerEntry entry) throws IOException {
    ObjectId id = ObjectId.random(random);
    byte[] object = keys.sealSmall(ObjectKind.LEDGER_ENTRY, id, entry.encode());
    storage.put(ObjectKind.LEDGER_ENTRY.name(id), object);
    last = new LedgerEntry.Predecessor(id, Sha256.of(object));
  }

  private void add(String object) throws IOException {
    ledger()
        .append(
            LedgerChange.adding(List.of(new LedgerEntry.Added(object, new byte[32], "label"))),
            NOW,
            "me",
            random);
  }

  private boolean summarise() throws IOException {
    return ledger().summarise(NOW, "me", random);
  }

  private void takeAwayWhatIsCovered() throws IOException {
    Ledger ledger = Ledger.read(storage, keys, LedgerMemory.NONE);
    for (ObjectName name : entries()) {
      if (ObjectKind.LEDGER_ENTRY.idIn(name).filter(ledger::spares).isPresent()) {
        storage.delete(name);
      }
    }
  }

  private LedgerView view() throws IOException {
    Map<ObjectId, LedgerView.Read> read = new HashMap<>();
    for (ObjectName name : entries()) {
      ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElseThrow();
      byte[] object = storage.get(name);
      read.put(
          id,
          new LedgerView.Read(
              LedgerEntry.decode(keys.openSmall(ObjectKind.LEDGER_ENTRY, id, object)),
              Sha256.of(object)));
    }
    return new LedgerView(read, new HashSet<>());
  }

  /** In the order of their numbers. */
  private List<ObjectId> ids() throws IOException {
    return view().entries().entrySet().stream()
        .sorted(Comparator.comparingLong(e -> e.getValue().entry().number()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private ObjectName largest() throws IOException {
    ObjectName[] largest = new ObjectName[1];
    long[] size = new long[1];
    storage.list(
        "ledger/",
        info -> {
          if (info.size() > size[0]) {
            size[0] = info.size();
            largest[0] = info.name();
          }
        });
    return largest[0];
  }

  private Ledger ledger() throws IOException {
    return Ledger.read(storage, keys, memory);
  }

  private List<ObjectName> entries() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list(ObjectKind.LEDGER_ENTRY.prefix(), info -> names.add(info.name()));
    return names;
  }

  private static final class Memory implements LedgerMemory {
    private List<Seen> seen = List.of();

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
