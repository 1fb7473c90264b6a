package io.salvor.testkit.journal;

import static io.salvor.testkit.journal.Logs.ORIGIN;
import static io.salvor.testkit.journal.Logs.bytes;
import static io.salvor.testkit.journal.Logs.capture;
import static io.salvor.testkit.journal.Logs.consolidate;
import static io.salvor.testkit.journal.Logs.read;
import static io.salvor.testkit.journal.Logs.stretches;
import static io.salvor.testkit.journal.Logs.time;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.journal.Consolidation;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.Stretch;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is captured continuously is there, once, whatever becomes of it. */
class JournalTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
  private final MemoryStorage storage = new MemoryStorage();
  private Machine machine;
  private Repository repository;
  private JournalWriter writer;

  @BeforeEach
  void open() throws IOException {
    machine = new Machine(temp.resolve("local"), clock);
    machine.init(storage);
    repository = machine.open(storage);
    writer = new JournalWriter(repository, ORIGIN);
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  private static List<ObjectName> tails(Storage storage) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list("journals/", info -> names.add(info.name()));
    names.sort(null);
    return names;
  }

  @Test
  void tailsAreReadAsOneStretch() throws Exception {
    capture(writer, 1, 3_000, 12_000);
    capture(writer, 1, 12_000, 12_500);
    assertThat(stretches(repository, 1))
        .containsExactly(new Stretch(3_000, 12_500, time(3_000), time(12_500)));
    assertThat(read(repository, 1, 3_000, 12_500)).isEqualTo(bytes(3_000, 12_500));
    assertThat(read(repository, 1, 11_999, 12_001)).isEqualTo(bytes(11_999, 12_001));
  }

  @Test
  void aConsolidationLeavesNothingTwiceAndNothingOut() throws Exception {
    capture(writer, 1, 3_000, 12_000);
    capture(writer, 1, 12_000, 25_000);
    JournalWriter.Sealed history = writer.file(2, "history", "1 0/0".getBytes(UTF_8));
    writer.store(history);
    Consolidation.Report report = consolidate(repository).orElseThrow();
    assertThat(report.tails()).isEqualTo(3);
    assertThat(tails(storage)).isEmpty();
    assertThat(stretches(repository, 1))
        .containsExactly(new Stretch(3_000, 25_000, time(3_000), time(25_000)));
    assertThat(read(repository, 1, 3_000, 25_000)).isEqualTo(bytes(3_000, 25_000));
    assertThat(Journals.read(repository, s -> true).logs().getFirst().timelines().get(2L).files())
        .containsKey("history");
    assertThat(consolidate(repository)).isEmpty();
  }

  @Test
  void whatIsInATailThatHasJustGoneIsReadFromItsSegment() throws Exception {
    capture(writer, 1, 0, 12_000);
    capture(writer, 1, 12_000, 25_000);
    Map<ObjectName, byte[]> before = new TreeMap<>();
    for (ObjectName name : tails(storage)) {
      before.put(name, storage.get(name));
    }
    assertThat(consolidate(repository)).isPresent();
    for (Map.Entry<ObjectName, byte[]> tail : before.entrySet()) {
      storage.put(tail.getKey(), tail.getValue());
    }
    Journal log = Journals.read(repository, source -> true).logs().getFirst();
    for (ObjectName name : before.keySet()) {
      storage.delete(name);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    log.read(1, 0, 25_000, out::write, Progress.NONE);

    assertThat(out.toByteArray()).isEqualTo(bytes(0, 25_000));
  }

  @Test
  void theNextConsolidationTakesThePlaceOfTheOneBefore() throws Exception {
    capture(writer, 1, 0, 25_000);
    Backup first = consolidate(repository).orElseThrow().backup().backup();
    capture(writer, 1, 25_000, 47_000);
    Backup second = consolidate(repository).orElseThrow().backup().backup();
    assertThat(BackupList.read(repository).backups())
        .extracting(Backup::id)
        .containsExactly(second.id());
    assertThat(storage.find(first.object())).isEmpty();
    assertThat(read(repository, 1, 0, 47_000)).isEqualTo(bytes(0, 47_000));
    // Segments that were full are handed on: the third, its growth, and what names them is new.
    assertThat(second.manifest().bytes().read()).isBetween(27_000L, 28_000L);
    assertThat(Machine.verify(repository).intact()).isTrue();
  }

  @Test
  void pruningTakesNothingThatAJournalNeeds() throws Exception {
    capture(writer, 1, 0, 25_000);
    consolidate(repository);
    capture(writer, 1, 25_000, 47_000);
    consolidate(repository);
    capture(writer, 1, 47_000, 60_000);
    clock.advance(Duration.ofDays(2));
    machine.prune(storage, PruneRequest.by("tester"));
    assertThat(read(repository, 1, 0, 60_000)).isEqualTo(bytes(0, 60_000));
    assertThat(machine.verify(storage).intact()).isTrue();
  }

  @Test
  void journalsAreNoRecoveryPoints() throws Exception {
    capture(writer, 1, 0, 25_000);
    consolidate(repository);
    BackupList list = BackupList.read(repository);
    assertThat(list.latest(backup -> true)).isEmpty();
    assertThat(Forgetting.candidates(list, Facts.of(repository))).isEmpty();
    MapSource files = new MapSource().put("a", "first".getBytes(UTF_8));
    Backup backup = machine.backup(repository, files, null).backup();
    assertThat(backup.manifest().lineage().parent()).isNull();
  }

  @Test
  void whatTwoHaveCapturedIsComparedAndKeptOnce() throws Exception {
    JournalWriter other = new JournalWriter(repository, ORIGIN);
    capture(writer, 1, 0, 8_000);
    capture(other, 1, 5_000, 15_000);
    capture(writer, 1, 8_000, 22_000);
    assertThat(read(repository, 1, 0, 22_000)).isEqualTo(bytes(0, 22_000));
    consolidate(repository);
    assertThat(tails(storage)).isEmpty();
    assertThat(read(repository, 1, 0, 22_000)).isEqualTo(bytes(0, 22_000));
  }

  @Test
  void twoThatDisagreeAreDamageAndNeitherIsLetGo() throws Exception {
    capture(writer, 1, 0, 8_000);
    JournalWriter other = new JournalWriter(repository, ORIGIN);
    other.store(other.log(1, 4_000, bytes(0, 5_000), time(0), time(0)));
    assertThatThrownBy(() -> read(repository, 1, 0, 9_000))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOURNAL_DAMAGED));
    assertThatThrownBy(() -> consolidate(repository)).isInstanceOf(SalvorException.class);
    assertThat(tails(storage)).hasSize(2);
    assertThat(read(repository, 1, 0, 4_000)).isEqualTo(bytes(0, 4_000));
  }

  @Test
  void aGapStaysAGap() throws Exception {
    capture(writer, 1, 2_000, 12_000);
    capture(new JournalWriter(repository, ORIGIN), 1, 15_000, 31_000);
    List<Stretch> both =
        List.of(
            new Stretch(2_000, 12_000, time(2_000), time(12_000)),
            new Stretch(15_000, 31_000, time(15_000), time(31_000)));
    assertThat(stretches(repository, 1)).isEqualTo(both);
    consolidate(repository);
    assertThat(stretches(repository, 1)).isEqualTo(both);
    assertThat(read(repository, 1, 15_000, 31_000)).isEqualTo(bytes(15_000, 31_000));
    assertThatThrownBy(() -> read(repository, 1, 11_000, 16_000))
        .isInstanceOf(SalvorException.class);
    assertThat(Machine.verify(repository).intact()).as("it was never captured").isTrue();
  }

  @Test
  void aTailThatIsLostIsDamage() throws Exception {
    capture(writer, 1, 0, 5_000);
    capture(writer, 1, 5_000, 9_000);
    capture(writer, 1, 9_000, 12_000);
    storage.delete(tails(storage).get(1));
    assertThat(Journals.read(repository, s -> true).lost())
        .containsExactly(new Journals.Lost(ORIGIN, 1, 5_000, 9_000));
    assertThat(Machine.verify(repository).intact()).isFalse();
  }

  @Test
  void beatsTellTheTimeAndDoNotPileUp() throws Exception {
    capture(writer, 1, 0, 5_000);
    for (int beat = 1; beat <= 5; beat++) {
      JournalWriter.Sealed sealed = writer.beat(1, 5_000, time(5_000).plusSeconds(beat));
      writer.store(sealed);
      writer.tidy(sealed);
    }
    assertThat(tails(storage)).hasSize(2);
    assertThat(stretches(repository, 1).getLast().until()).isEqualTo(time(5_000).plusSeconds(5));
    consolidate(repository);
    assertThat(stretches(repository, 1).getLast().until()).isEqualTo(time(5_000).plusSeconds(5));
  }

  @Test
  void whatNoBaseBackupNeedsIsLeftOut() throws Exception {
    capture(writer, 1, 0, 47_000);
    consolidate(repository, (system, timeline) -> 25_000);
    assertThat(stretches(repository, 1).getFirst().from()).isEqualTo(20_000);
    assertThat(read(repository, 1, 20_000, 47_000)).isEqualTo(bytes(20_000, 47_000));
  }

  @Test
  void consolidationsOfTwoAtOnceAreReadAsOne() throws Exception {
    capture(writer, 1, 0, 25_000);
    try (Repository second =
        new Machine(temp.resolve("other"), clock).open(MemoryStorage.of(storage.snapshot()))) {
      Backup theirs = consolidate(second).orElseThrow().backup().backup();
      consolidate(repository);
      second.storage().list("", info -> putIfAbsent(second.storage(), info.name()));
      assertThat(theirs.isJournal()).isTrue();
    }
    capture(writer, 1, 25_000, 30_000);
    assertThat(BackupList.read(repository).backups()).hasSize(2);
    assertThat(read(repository, 1, 0, 30_000)).isEqualTo(bytes(0, 30_000));
    consolidate(repository);
    assertThat(BackupList.read(repository).backups()).hasSize(1);
    assertThat(read(repository, 1, 0, 30_000)).isEqualTo(bytes(0, 30_000));
  }

  private void putIfAbsent(Storage from, ObjectName name) {
    try {
      boolean tail = name.value().startsWith("journals/");
      if (!tail && storage.find(name).isEmpty()) {
        storage.put(name, from.get(name));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCopyHasTailsToo() throws Exception {
    capture(writer, 1, 0, 25_000);
    consolidate(repository);
    capture(writer, 1, 25_000, 31_000);
    MemoryStorage copied = MemoryStorage.named("copy");
    Copies.prepare(repository, copied);
    try (Repository copy = machine.open(copied)) {
      CopyReport report = Copies.copy(repository, copy, "host", Progress.NONE);
      assertThat(report.damaged()).isEmpty();
      assertThat(read(copy, 1, 0, 31_000)).isEqualTo(bytes(0, 31_000));
      consolidate(repository);
      capture(writer, 1, 31_000, 32_000);
      Copies.copy(repository, copy, "host", Progress.NONE);
      assertThat(tails(copied)).hasSize(1);
      assertThat(read(copy, 1, 0, 32_000)).isEqualTo(bytes(0, 32_000));
      assertThat(Machine.verify(copy).intact()).isTrue();
    }
  }

  @Test
  void whatIsDamagedInOneSegmentIsHandedOn() throws Exception {
    capture(writer, 1, 0, 20_000);
    consolidate(repository);
    capture(writer, 1, 20_000, 25_000);
    consolidate(repository);
    List<ObjectName> packs = storage.names("packs/");
    repository.close();
    // Some of them have nodes of trees, without which nothing can be read.
    for (ObjectName pack : packs) {
      MemoryStorage damaged = MemoryStorage.of(storage.snapshot());
      damaged.delete(pack);
      try (Repository reopened = machine.open(damaged)) {
        if (stretches(reopened, 1).size() == 1) {
          capture(new JournalWriter(reopened, ORIGIN), 1, 30_000, 41_000);
          consolidate(reopened);
          assertThat(tails(damaged)).isEmpty();
          assertThat(read(reopened, 1, 30_000, 41_000)).isEqualTo(bytes(30_000, 41_000));
          assertThat(Machine.verify(reopened).intact()).isFalse();
          repository = machine.open(storage);
          return;
        }
      } catch (SalvorException e) {
        assertThat(e.code().isDamage()).isTrue();
      }
    }
    throw new AssertionError("no pack of data");
  }

  @Test
  void tailsOfBeforeASuccessionCountAndOthersAreNotAcknowledged() throws Exception {
    capture(writer, 1, 0, 5_000);
    repository.succeedAuthority(
        Passphrase.of("another".getBytes(UTF_8)),
        "next",
        new Argon2id(8, 1, 1),
        "tester",
        Progress.NONE);
    assertThatThrownBy(() -> capture(writer, 1, 5_000, 6_000))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHORITY_SUCCEEDED));
    try (Repository next = machine.open(storage, "another")) {
      assertThat(read(next, 1, 0, 5_000)).isEqualTo(bytes(0, 5_000));
    }
    repository.close();
    repository = machine.open(storage, "another");
  }

  @Test
  void anErasableRepositoryTakesNone() throws Exception {
    Optional<SalvorException> refusal = Optional.empty();
    MemoryStorage erasable = new MemoryStorage();
    KeyFile key = new KeyFile(temp.resolve("key")).make();
    machine.initErasable(erasable, key.key());
    try (Repository other = machine.open(erasable, key.key())) {
      JournalWriter.requireUsable(other);
    } catch (SalvorException e) {
      refusal = Optional.of(e);
    }
    assertThat(refusal.map(SalvorException::code)).contains(ErrorCode.JOURNAL_IN_ERASABLE);
  }
}
