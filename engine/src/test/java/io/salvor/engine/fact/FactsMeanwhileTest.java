package io.salvor.engine.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts where lists lag, others are at work, or this machine's memory cannot be used. */
class FactsMeanwhileTest {
  private static final BackupId A = new BackupId("20260130-150000-aaaaa");
  private static final BackupId B = new BackupId("20260130-160000-bbbbb");

  @TempDir Path temp;
  private TestRepository test;

  @BeforeEach
  void make() throws IOException {
    test = new TestRepository(temp);
  }

  private Note hold(BackupId backup) throws IOException {
    try (Repository repository = test.open()) {
      return Facts.add(repository, new Fact.Hold(backup, ""), "me");
    }
  }

  @Test
  void oneThatListsDoNotShowYetIsFoundByTheLedger() throws IOException {
    Note shown = hold(A);
    Note hidden = hold(B);
    Unsettled storage = new Unsettled();
    storage.hidden.add(name(hidden));
    try (Repository repository = test.open(storage)) {
      Facts facts = Facts.of(repository);
      assertThat(facts.objects().keySet()).containsExactlyInAnyOrder(name(shown), name(hidden));
      assertThat(facts.holds(B)).hasSize(1);
      assertThat(facts.lost()).isEmpty();
      storage.hidden.add(name(shown));
      assertThat(Facts.of(repository).objects().keySet())
          .containsExactlyInAnyOrder(name(shown), name(hidden));
    }
  }

  @Test
  void oneThatIsReplacedWhileItIsReadIsFoundUnderItsNewName() throws IOException {
    Note old = hold(A);
    forgetMemory();
    List<Note> since = new ArrayList<>();
    Unsettled storage = new Unsettled();
    storage.before(
        name(old),
        () -> {
          try (Repository other = test.open()) {
            since.add(Facts.replace(other, new Fact.Hold(B, ""), List.of(name(old)), "other"));
          }
        });
    try (Repository repository = test.open(storage)) {
      Facts facts = Facts.of(repository);
      assertThat(facts.objects().keySet()).containsExactly(name(since.getFirst()));
      assertThat(facts.holds(B)).hasSize(1);
      assertThat(facts.lost()).as("it was taken away by the ledger").isEmpty();
    }
  }

  @Test
  void whatLagsAndIsReplacedMeanwhileIsFoundTheSecondTimeRound() throws IOException {
    Note old = hold(A);
    forgetMemory();
    List<Note> since = new ArrayList<>();
    Unsettled storage = new Unsettled();
    storage.hidden.add(name(old));
    storage.before(
        name(old),
        () -> {
          try (Repository other = test.open()) {
            since.add(Facts.replace(other, new Fact.Hold(B, ""), List.of(name(old)), "other"));
          }
        });
    try (Repository repository = test.open(storage)) {
      assertThat(Facts.of(repository).objects().keySet()).containsExactly(name(since.getFirst()));
    }
  }

  @Test
  void whatIsReplacedStaysUntilListsShowWhatReplacesIt() throws Exception {
    Note old = hold(A);
    int[] waited = {0};
    Path file = test.directory().resolve(name(old).value());
    test.whileWaiting(
        () -> {
          waited[0]++;
          assertThat(file).exists();
        });
    Unsettled storage = new Unsettled();
    storage.lag = Duration.ofSeconds(10);
    try (Repository repository = test.open(storage)) {
      Note _ = Facts.replace(repository, new Fact.Hold(B, ""), List.of(), "me");
      assertThat(waited[0]).as("nothing is taken away").isZero();
      Note _ = Facts.replace(repository, new Fact.Hold(A, "new"), List.of(name(old)), "me");
    }
    assertThat(waited[0]).isPositive();
    assertThat(file).doesNotExist();
  }

  @Test
  void aMemoryThatCannotBeUsedCostsNothingElse() throws IOException {
    Note note = hold(A);
    try (Repository repository = test.open()) {
      assertThat(Facts.of(repository).notes()).hasSize(1);
    }
    assertThat(memory()).isNotEmpty();
    for (Path file : memory()) {
      Files.delete(file);
      Files.createDirectories(file.resolve("in the way"));
    }
    try (Repository repository = test.open()) {
      assertThat(Facts.of(repository).objects().keySet()).containsExactly(name(note));
    }
  }

  @Test
  void whatALaterVersionAddsIsPassedOver() throws IOException {
    ObjectId id = new ObjectId(3, 4);
    try (Repository repository = test.open()) {
      byte[] message =
          new CborWriter()
              .map()
              .key(0)
              .uint(1)
              .key(1)
              .time(repository.now())
              .key(2)
              .text("me")
              .key(3)
              .array()
              .text(A.text())
              .end()
              .key(17)
              .bytes16(3, 4)
              .key(99)
              .array()
              .text("later")
              .uint(7)
              .end()
              .end()
              .toByteArray();
      Note note = Note.decode(message);
      assertThat(note.id()).isEqualTo(id);
      assertThat(note.author()).isEqualTo("me");
      assertThat(note.fact()).isEqualTo(new Fact.Hold(A, ""));
    }
  }

  @Test
  void theLedgerSaysThatKeysWereWithdrawn() throws IOException {
    try (Repository repository = test.open()) {
      TreeMap<ObjectId, String> keys = new TreeMap<>();
      keys.put(new ObjectId(1, 1), "kms:file:/key");
      Note note = Facts.add(repository, new Fact.Withdrawn(keys), "me");
      assertThat(Facts.of(repository).notes()).containsExactly(note);
      assertThat(repository.ledger().existing().values())
          .extracting(LedgerEntry.Added::label)
          .containsExactly("withdrawn");
    }
  }

  private static ObjectName name(Note note) {
    return ObjectKind.FACT.name(note.id());
  }

  private List<Path> memory() throws IOException {
    try (var files = Files.walk(temp.resolve("local"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().equals("facts"))
          .toList();
    }
  }

  private void forgetMemory() throws IOException {
    for (Path file : memory()) {
      Files.delete(file);
    }
  }

  private interface Action {
    void run() throws IOException, InterruptedException;
  }

  /** A storage whose lists lag, and whose objects others change while they are read. */
  private final class Unsettled extends ForwardingStorage {
    final Set<ObjectName> hidden = new HashSet<>();
    Duration lag = Duration.ZERO;
    private ObjectName awaited = new ObjectName("none");
    private Action action = () -> {};

    Unsettled() throws IOException {
      super(DirectoryStorage.open(test.directory()));
    }

    /** Does something before an object is read for the first time. */
    void before(ObjectName name, Action then) {
      awaited = name;
      action = then;
    }

    @Override
    public StorageTraits traits() {
      return lag.isZero() ? super.traits() : new StorageTraits(lag, false);
    }

    @Override
    public byte[] get(ObjectName name) throws IOException {
      if (name.equals(awaited)) {
        awaited = new ObjectName("none");
        try {
          action.run();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return super.get(name);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
      super.list(
          prefix,
          info -> {
            if (!hidden.contains(info.name())) {
              each.accept(info);
            }
          });
    }
  }
}
