package io.salvor.engine.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactsTest {
  private static final BackupId A = new BackupId("20260130-150000-aaaaa");
  private static final BackupId B = new BackupId("20260130-160000-bbbbb");

  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;

  @BeforeEach
  void make() throws IOException {
    test = new TestRepository(temp);
    repository = test.open();
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void everyFactIsReadAsItWasWritten() throws IOException {
    TreeMap<String, String> tags = new TreeMap<>();
    tags.put("team", "web");
    tags.put("old", "");
    List<Fact> facts =
        List.of(
            new Fact.Hold(A, "audit"),
            new Fact.Hold(A, ""),
            new Fact.Release(A, new ObjectId(1, 2), "done"),
            new Fact.Tag(B, tags),
            new Fact.Verified(
                List.of(A, B),
                List.of(new ObjectId(1, 1), new ObjectId(2, 2)),
                Fact.Verified.Depth.FULL,
                true,
                Duration.ofMillis(1234),
                17,
                1 << 20),
            new Fact.Restored(A, "files", Duration.ofSeconds(3), 7, 99, "content"));
    for (Fact fact : facts) {
      test.advance(1);
      Note note = Facts.add(repository, fact, "me");
      assertThat(note.time()).isEqualTo(test.instant());
    }
    Facts read = Facts.of(repository);
    assertThat(read.notes()).extracting(Note::fact).isEqualTo(facts);
    assertThat(read.notes()).extracting(Note::author).containsOnly("me");
    assertThat(read.damaged()).isEmpty();
    assertThat(read.unnamed()).isEmpty();
    assertThat(repository.ledger().existing()).hasSize(facts.size());
  }

  @Test
  void theEvidenceOfADeletionIsReadAsItWasWritten() throws IOException {
    byte[] checksum = new byte[32];
    checksum[5] = 9;
    Fact.Forgotten forgotten =
        new Fact.Forgotten(
            List.of(
                new Fact.Forgotten.Deletion(
                    A, "/srv", "host", Instant.ofEpochSecond(5), checksum, "no rule keeps it")),
            "--keep-last 1");
    Note _ = Facts.add(repository, forgotten, "me");
    Fact.Forgotten read = (Fact.Forgotten) Facts.of(repository).notes().getFirst().fact();
    assertThat(read.by()).isEqualTo("--keep-last 1");
    assertThat(read.backups()).containsExactly(A);
    assertThat(read.deletions()).usingRecursiveComparison().isEqualTo(forgotten.deletions());
  }

  @Test
  void aHoldHoldsUntilItIsReleased() throws IOException {
    Note first = Facts.add(repository, new Fact.Hold(A, "audit"), "alice");
    Note second = Facts.add(repository, new Fact.Hold(A, ""), "bob");
    assertThat(Facts.of(repository).holds(A))
        .extracting(ActiveHold::text)
        .containsExactlyInAnyOrder("held by alice: audit", "held by bob");
    assertThat(Facts.of(repository).holds(B)).isEmpty();
    Note _ = Facts.add(repository, new Fact.Release(A, first.id(), ""), "alice");
    assertThat(Facts.of(repository).holds(A))
        .extracting(ActiveHold::note)
        .containsExactly(second.id());
  }

  @Test
  void aHoldThatIsLostOrDamagedHoldsAllTheSame() throws IOException {
    Note lost = Facts.add(repository, new Fact.Hold(A, "audit"), "alice");
    Note damaged = Facts.add(repository, new Fact.Hold(B, "audit"), "alice");
    ObjectName name = ObjectKind.FACT.name(damaged.id());
    byte[] object = repository.storage().get(name);
    object[200] ^= 1;
    repository.storage().delete(ObjectKind.FACT.name(lost.id()));
    repository.storage().delete(name);
    repository.storage().put(name, object);
    Facts facts = Facts.of(elsewhere());
    assertThat(facts.lost()).extracting(l -> l.object()).containsExactly("facts/" + lost.id());
    assertThat(facts.damaged()).containsExactly(name);
    assertThat(facts.holds(A)).hasSize(1);
    assertThat(facts.holds(B)).hasSize(1);
    Note _ = Facts.add(repository, new Fact.Release(A, lost.id(), ""), "alice");
    assertThat(Facts.of(repository).holds(A)).isEmpty();
  }

  @Test
  void theNewestProofCountsAndARestoreTellsHowLongItTook() throws IOException {
    verified(A, Fact.Verified.Depth.FULL, 5);
    assertThat(Facts.of(repository).proof(A))
        .isEqualTo(
            new Proof(test.instant(), Fact.Verified.Depth.FULL, null, Duration.ofSeconds(5)));
    assertThat(Facts.of(repository).proof(B)).isNull();
    test.advance(10);
    Instant restored = test.instant();
    Note _ =
        Facts.add(
            repository,
            new Fact.Restored(A, "files", Duration.ofSeconds(2), 1, 1, "content"),
            "me");
    test.advance(10);
    verified(A, Fact.Verified.Depth.STRUCTURE, 1);
    assertThat(Facts.of(repository).proof(A))
        .isEqualTo(
            new Proof(
                test.instant(), Fact.Verified.Depth.STRUCTURE, restored, Duration.ofSeconds(2)));
  }

  @Test
  void whoseAuthorDiedBeforeTheLedgerCountsAndIsNamedByTheNext() throws IOException {
    Note note = Facts.put(repository, new Fact.Hold(A, ""), "me", new ArrayList<>());
    assertThat(repository.ledger().existing()).isEmpty();
    assertThat(Facts.of(repository).holds(A)).hasSize(1);
    Note _ = Facts.add(repository, new Fact.Hold(B, ""), "me");
    assertThat(repository.ledger().existing())
        .hasSize(2)
        .containsKey(ObjectKind.FACT.name(note.id()).value());
  }

  @Test
  void oneThatIsRemovedDoesNotCountThoughItIsThere() throws IOException {
    Note note = Facts.add(repository, new Fact.Hold(A, ""), "me");
    String name = ObjectKind.FACT.name(note.id()).value();
    repository
        .ledger()
        .append(LedgerChange.removing(List.of(name)), repository.now(), "me", repository.random());
    Facts facts = Facts.of(repository);
    assertThat(facts.notes()).isEmpty();
    assertThat(facts.holds(A)).isEmpty();
    assertThat(facts.dead()).containsExactly(new ObjectName(name));
    assertThat(facts.lost()).isEmpty();
  }

  @Test
  void oneOfAnUnknownTypeIsListedAndLeftAlone() throws IOException {
    ObjectId id = new ObjectId(7, 7);
    byte[] message =
        new CborWriter()
            .map()
            .key(0)
            .uint(99)
            .key(1)
            .time(test.instant())
            .key(3)
            .array()
            .text(A.text())
            .end()
            .key(4)
            .map()
            .key(1)
            .bool(true)
            .end()
            .key(17)
            .bytes16(7, 7)
            .end()
            .toByteArray();
    repository
        .storage()
        .put(ObjectKind.FACT.name(id), repository.keys().sealSmall(ObjectKind.FACT, id, message));
    Facts facts = Facts.of(repository);
    assertThat(facts.damaged()).isEmpty();
    assertThat(facts.notes())
        .extracting(Note::fact)
        .containsExactly(new Fact.Unknown(99, List.of(A)));
  }

  @Test
  void whatThisMachineHasReadBeforeItReadsNotAgain() throws IOException {
    for (int i = 0; i < 5; i++) {
      Note _ = Facts.add(repository, new Fact.Hold(A, "reason " + i), "me");
    }
    repository.close();
    ReadCounts counts = new ReadCounts(test.directory(), "facts/");
    repository = test.open(counts);
    assertThat(Facts.of(repository).notes()).hasSize(5);
    int first = counts.gets();
    assertThat(Facts.of(repository).notes()).hasSize(5);
    assertThat(counts.gets()).isEqualTo(first).isLessThanOrEqualTo(1);
  }

  @Test
  void labelsAreTheBackupsOwnWithWhatWasGivenAndTakenAwaySince() throws Exception {
    TreeMap<String, String> own = new TreeMap<>(Map.of("env", "prod", "team", "web"));
    BackupRequest request = new BackupRequest(null, "host", "me", "", "", own);
    Backup backup = BackupRun.backup(repository, new MapSource(), request, Progress.NONE).backup();
    assertThat(Facts.of(repository).labels(backup)).isEqualTo(own);
    TreeMap<String, String> since = new TreeMap<>(Map.of("env", "", "team", "ops", "new", "1"));
    Note _ = Facts.add(repository, new Fact.Tag(backup.id(), since), "me");
    assertThat(Facts.of(repository).labels(backup))
        .containsExactly(Map.entry("new", "1"), Map.entry("team", "ops"));
  }

  @Test
  void oneThatStandsForOthersIsThereBeforeTheyGo() throws Exception {
    Note old = Facts.add(repository, new Fact.Hold(A, "old"), "me");
    Note other = Facts.add(repository, new Fact.Hold(A, "other"), "me");
    Note dead = Facts.put(repository, new Fact.Hold(A, "unnamed"), "me", new ArrayList<>());
    Note named = Facts.put(repository, new Fact.Hold(B, "unnamed"), "me", new ArrayList<>());
    List<ObjectName> gone = List.of(name(old), name(dead));
    Note now = Facts.replace(repository, new Fact.Hold(A, "new"), gone, "me");
    Facts facts = Facts.of(repository);
    assertThat(facts.objects().keySet())
        .containsExactlyInAnyOrder(name(other), name(named), name(now));
    assertThat(facts.unnamed()).isEmpty();
    assertThat(facts.dead()).as("they are gone from the storage as well").isEmpty();
    assertThat(repository.ledger().removed())
        .containsExactlyInAnyOrder(name(old).value(), name(dead).value());
    assertThat(repository.ledger().existing())
        .containsOnlyKeys(name(other).value(), name(named).value(), name(now).value());
  }

  private static ObjectName name(Note note) {
    return ObjectKind.FACT.name(note.id());
  }

  @Test
  void theLedgerSaysOfEachWhatItIsAndOfWhichBackup() throws IOException {
    Duration took = Duration.ZERO;
    Note hold = Facts.add(repository, new Fact.Hold(A, ""), "me");
    for (Fact fact :
        List.of(
            new Fact.Release(A, hold.id(), ""),
            new Fact.Tag(B, new TreeMap<>()),
            new Fact.Verified(List.of(), List.of(), Fact.Verified.Depth.FULL, true, took, 1, 1),
            new Fact.Restored(A, "files", took, 1, 1, "content"),
            new Fact.Forgotten(List.of(), "rules"),
            new Fact.Erased(List.of(A, B), List.of(), List.of()))) {
      Note _ = Facts.add(repository, fact, "me");
    }
    assertThat(repository.ledger().existing().values())
        .extracting(LedgerEntry.Added::label)
        .containsExactlyInAnyOrder(
            "hold " + A,
            "release " + A,
            "tag " + B,
            "verified",
            "restored " + A,
            "forgotten",
            "erased");
  }

  @Test
  void aMemoryThatIsDamagedOnlyCostsReading() throws IOException {
    Note _ = Facts.add(repository, new Fact.Hold(A, "1"), "me");
    repository.close();
    ReadCounts counts = new ReadCounts(test.directory(), "facts/");
    repository = test.open(counts);
    assertThat(Facts.of(repository).notes()).hasSize(1);
    LocalDirectory place = repository.local().cache(repository.id().toString());
    byte[] kept = place.read("facts").orElseThrow();
    for (byte[] odd : List.of(new byte[] {1}, new byte[0], Arrays.copyOf(kept, kept.length + 1))) {
      place.writeAtomically("facts", odd);
      int before = counts.gets();
      assertThat(Facts.of(repository).notes()).hasSize(1);
      assertThat(counts.gets()).isEqualTo(before + 1);
      assertThat(Facts.of(repository).notes()).hasSize(1);
      assertThat(counts.gets()).as("it is remembered again").isEqualTo(before + 1);
    }
  }

  @Test
  void whatCannotBeReadIsNotRemembered() throws IOException {
    Note sound = Facts.add(repository, new Fact.Hold(A, "1"), "me");
    byte[] object = repository.storage().get(name(sound));
    byte[] damaged = object.clone();
    damaged[200] ^= 1;
    repository.close();
    ReadCounts counts = new ReadCounts(test.directory(), "facts/");
    repository = test.open(counts);
    replace(name(sound), damaged);
    assertThat(Facts.of(repository).damaged()).containsExactly(name(sound));
    replace(name(sound), object);
    assertThat(Facts.of(repository).damaged()).isEmpty();
  }

  private void replace(ObjectName name, byte[] object) throws IOException {
    repository.storage().delete(name);
    repository.storage().put(name, object);
  }

  @Test
  void aMessageWithoutWhatItNeedsIsRefused() {
    byte[] release =
        new CborWriter()
            .map()
            .key(0)
            .uint(2)
            .key(1)
            .time(Instant.EPOCH)
            .key(3)
            .array()
            .text(A.text())
            .end()
            .key(17)
            .bytes16(1, 1)
            .end()
            .toByteArray();
    assertThatThrownBy(() -> FactCodec.decode(release)).isInstanceOf(MalformedException.class);
    byte[] nothing = new CborWriter().map().end().toByteArray();
    assertThatThrownBy(() -> FactCodec.decode(nothing)).isInstanceOf(MalformedException.class);
    byte[] holdOfNone =
        new CborWriter()
            .map()
            .key(0)
            .uint(1)
            .key(1)
            .time(Instant.EPOCH)
            .key(17)
            .bytes16(1, 1)
            .end()
            .toByteArray();
    assertThatThrownBy(() -> FactCodec.decode(holdOfNone)).isInstanceOf(MalformedException.class);
  }

  private void verified(BackupId backup, Fact.Verified.Depth depth, int seconds)
      throws IOException {
    Note _ =
        Facts.add(
            repository,
            new Fact.Verified(
                List.of(backup), List.of(), depth, true, Duration.ofSeconds(seconds), 1, 1),
            "me");
  }

  /** Another machine, which has read nothing before. */
  private Repository elsewhere() throws IOException {
    repository.close();
    try (var files = Files.walk(temp.resolve("local"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.getFileName().toString().equals("facts")) {
          Files.delete(file);
        }
      }
    }
    repository = test.open();
    return repository;
  }
}
