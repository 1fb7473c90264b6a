package io.salvor.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hold and a forgetting at the same time: one of them wins, and both are told the truth. */
class HoldingTest {
  private interface Action {
    void run() throws IOException;
  }

  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;
  private final MapSource source = new MapSource();
  private Backup first;
  private Backup second;
  private Backup newest;
  private int waits;

  @BeforeEach
  void make() throws Exception {
    test = new TestRepository(temp);
    repository = test.open(new SlowLists(DirectoryStorage.open(test.directory())));
    first = backup();
    test.advance(60);
    second = backup();
    test.advance(60);
    newest = backup();
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void whereNobodyForgetsItTheHoldStandsOnceListsShowIt() throws Exception {
    Instant start = repository.now();
    Note note = Holding.hold(repository, first.id(), "audit", "alice");
    assertThat(repository.now()).as("for the lists alone").isEqualTo(start.plus(SlowLists.LAG));
    assertThat(note.author()).isEqualTo("alice");
    assertThat(Facts.of(repository).holds(first.id()))
        .extracting(ActiveHold::reason)
        .containsExactly("audit");
    assertThat(forget(first, second)).extracting(Backup::id).containsExactly(second.id());
  }

  @Test
  void oneOfABackupThatIsNotThereIsRefused() throws Exception {
    assertThat(forget(first)).hasSize(1);
    assertForgotten(first.id());
    assertForgotten(new BackupId("20200101-000000-zzzzz"));
  }

  @Test
  void aForgettingOfAnotherBackupIsNotWaitedFor() throws Exception {
    announce(second);
    Instant start = repository.now();
    Note _ = Holding.hold(repository, first.id(), "", "alice");
    assertThat(repository.now()).isEqualTo(start.plus(SlowLists.LAG));
  }

  @Test
  void aForgettingUnderWayIsWaitedForAndWins() throws Exception {
    announce(first);
    Instant start = repository.now();
    onWait(
        4,
        () -> {
          remove(first.object().value());
          repository.storage().delete(first.object());
        });
    assertForgotten(first.id());
    assertThat(repository.now()).isEqualTo(start.plus(SlowLists.LAG).plusSeconds(3));
  }

  @Test
  void aForgettingThatEndsWithoutThisBackupIsWaitedForNoLonger() throws Exception {
    String evidence = announce(first);
    Instant start = repository.now();
    onWait(3, () -> remove(evidence));
    Note _ = Holding.hold(repository, first.id(), "", "alice");
    assertThat(repository.now()).isEqualTo(start.plus(SlowLists.LAG).plusSeconds(2));
  }

  @Test
  void aForgettingThatNeverEndsIsCalledOffAfterAMinute() throws Exception {
    String evidence = announce(first);
    Instant start = repository.now();
    Note _ = Holding.hold(repository, first.id(), "", "alice");
    Duration waited = Holding.PATIENCE.plus(SlowLists.LAG.multipliedBy(2));
    assertThat(repository.now()).isEqualTo(start.plus(waited));
    assertThat(repository.ledger().removed()).containsExactly(evidence);
    assertThat(listed()).containsExactly(first.id(), second.id(), newest.id());
  }

  @Test
  void aForgettingSeesTheHoldThatCameAfterItHadToldOfItself() throws Exception {
    onWait(1, () -> hold(first));
    assertThat(forget(first, second)).extracting(Backup::id).containsExactly(second.id());
    assertThat(listed()).containsExactly(first.id(), newest.id());
    assertThat(evidence()).containsExactly(List.of(second.id()));
  }

  @Test
  void aForgettingOfNothingButWhatWasPutOnHoldLeavesNoEvidence() throws Exception {
    onWait(1, () -> hold(first));
    assertThat(forget(first)).isEmpty();
    assertThat(listed()).containsExactly(first.id(), second.id(), newest.id());
    assertThat(evidence()).isEmpty();
  }

  @Test
  void aForgettingThatWasCalledOffForgetsNothing() throws Exception {
    onWait(
        1,
        () -> remove(ObjectKind.FACT.name(Facts.of(repository).notes().getFirst().id()).value()));
    assertThat(forget(first, second)).isEmpty();
    assertThat(listed()).containsExactly(first.id(), second.id(), newest.id());
    assertThat(repository.storage().find(first.object())).isPresent();
    assertThat(repository.ledger().existing()).containsKey(first.object().value());
    assertThat(evidence()).isEmpty();
  }

  @Test
  void aForgettingWaitsForListsBeforeAndAfterItsEntry() throws Exception {
    List<Boolean> there = new ArrayList<>();
    test.whileWaiting(() -> there.add(isThere(first)));
    Instant start = repository.now();
    assertThat(forget(first)).hasSize(1);
    assertThat(repository.now()).isEqualTo(start.plus(SlowLists.LAG.multipliedBy(2)));
    assertThat(there).as("no manifest goes before its entry shows").containsExactly(true, true);
    assertThat(isThere(first)).isFalse();
  }

  @Test
  void oneThatSomebodyHasWrittenAnewUnderAnotherNameIsForgottenAsWell() throws Exception {
    ObjectId id = new ObjectId(77, 77);
    ObjectName other = ObjectKind.MANIFEST.name(id);
    byte[] manifest = ManifestCodec.encode(first.manifest());
    byte[] object = repository.keys().sealSmall(ObjectKind.MANIFEST, id, manifest);
    onWait(2, () -> repository.storage().put(other, object));
    assertThat(forget(first)).hasSize(1);
    assertThat(listed()).containsExactly(second.id(), newest.id());
    assertThat(repository.storage().find(other)).isEmpty();
    assertThat(repository.ledger().removed()).contains(other.value(), first.object().value());
  }

  private boolean isThere(Backup backup) {
    try {
      return repository.storage().find(backup.object()).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does something during the so manieth wait. */
  private void onWait(int wait, Action action) {
    test.whileWaiting(
        () -> {
          if (++waits == wait) {
            try {
              action.run();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  private void assertForgotten(BackupId id) {
    assertThatThrownBy(() -> Holding.hold(repository, id, "", "alice"))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_UNKNOWN));
  }

  private void hold(Backup backup) throws IOException {
    Note _ = Facts.add(repository, new Fact.Hold(backup.id(), ""), "alice");
  }

  /** Tells of a forgetting, as its author does before its entry; the name of what tells of it. */
  private String announce(Backup backup) throws IOException {
    Fact.Forgotten.Deletion deletion =
        new Fact.Forgotten.Deletion(
            backup.id(), "map:test", "host", backup.manifest().started(), new byte[32], "");
    Fact fact = new Fact.Forgotten(List.of(deletion), "named");
    return ObjectKind.FACT.name(Facts.put(repository, fact, "bob", new ArrayList<>()).id()).value();
  }

  private void remove(String object) throws IOException {
    repository
        .ledger()
        .append(
            LedgerChange.removing(List.of(object)), repository.now(), "bob", repository.random());
  }

  private List<List<BackupId>> evidence() throws IOException {
    return Facts.of(repository).notes().stream()
        .filter(note -> note.fact() instanceof Fact.Forgotten)
        .map(note -> note.fact().backups())
        .toList();
  }

  private List<Backup> forget(Backup... backups) throws Exception {
    Set<BackupId> named = new HashSet<>();
    for (Backup backup : backups) {
      named.add(backup.id());
    }
    RetentionPlan plan =
        RetentionPlan.of(
            Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
            named,
            repository.now());
    return Forgetting.run(repository, plan, "named", "me", Progress.NONE);
  }

  private List<BackupId> listed() throws IOException {
    return BackupList.read(repository).backups().stream().map(Backup::id).toList();
  }

  private Backup backup() throws Exception {
    BackupRequest request = new BackupRequest(null, "host", "me", "", "", new TreeMap<>());
    return BackupRun.backup(repository, source, request, Progress.NONE).backup();
  }
}
