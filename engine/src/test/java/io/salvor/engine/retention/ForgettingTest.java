package io.salvor.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgettingTest {
  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;
  private final List<Backup> made = new ArrayList<>();

  @BeforeEach
  void make() throws Exception {
    test = new TestRepository(temp);
    repository = test.open();
    for (int i = 0; i < 3; i++) {
      test.advance(60);
      made.add(backup());
    }
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void whatIsForgottenIsGoneForEverybodyAndTheEvidenceStays() throws Exception {
    assertThat(forget(0, 1)).extracting(Backup::id).containsExactly(id(0), id(1));
    assertThat(listed()).containsExactly(id(2));
    for (int i : new int[] {0, 1}) {
      assertThat(repository.storage().find(made.get(i).object())).isEmpty();
      assertThat(repository.ledger().removed()).contains(made.get(i).object().value());
    }
    Note note = Facts.of(repository).notes().getFirst();
    Fact.Forgotten evidence = (Fact.Forgotten) note.fact();
    assertThat(note.author()).isEqualTo("me");
    assertThat(evidence.by()).isEqualTo("named");
    assertThat(evidence.backups()).containsExactly(id(0), id(1));
    assertThat(evidence.deletions().getFirst().checksum())
        .isEqualTo(HexFormat.of().parseHex(made.getFirst().checksum()));
    assertThat(evidence.deletions().getFirst().reason()).isEqualTo("it was named");
    sound();
  }

  @Test
  void whatIsPutOnHoldAfterThePlanWasMadeStays() throws Exception {
    RetentionPlan plan = plan(0, 1);
    Note _ = Facts.add(repository, new Fact.Hold(id(0), "audit"), "alice");
    assertThat(Forgetting.run(repository, plan, "named", "me", Progress.NONE))
        .extracting(Backup::id)
        .containsExactly(id(1));
    assertThat(listed()).containsExactly(id(0), id(2));
  }

  @Test
  void aManifestThatSomebodyPutsBackIsNotListedAndIsTakenAwayAgain() throws Exception {
    ObjectName name = made.getFirst().object();
    byte[] kept = repository.storage().get(name);
    forget(0);
    repository.storage().put(name, kept);
    assertThat(listed()).doesNotContain(id(0));
    sound();
    Backup next = backup();
    assertThat(repository.ledger().existing()).doesNotContainKey(name.value());
    assertThat(listed()).containsExactly(id(1), id(2), next.id());
    forget();
    assertThat(repository.storage().find(name)).isEmpty();
    sound();
  }

  @Test
  void proofsOfWhatIsGoneGoWithItAndHoldsAndEvidenceStay() throws Exception {
    verified(0);
    verified(0, 2);
    Note held = Facts.add(repository, new Fact.Hold(id(0), ""), "me");
    Note _ = Facts.add(repository, new Fact.Release(id(0), held.id(), ""), "me");
    forget(0);
    assertThat(Facts.of(repository).notes().stream().map(n -> n.fact().word()))
        .containsExactlyInAnyOrder("verified", "hold", "release", "forgotten");
    sound();
  }

  @Test
  void theCheckpointsOfAWriterThatDiedAfterItsSealDoNotComeBackAsInterrupted() throws Exception {
    Backup first = made.getFirst();
    ObjectId session = first.manifest().session();
    repository
        .storage()
        .put(
            ObjectKind.SESSION_OPEN.name(session),
            repository
                .keys()
                .sealSmall(
                    ObjectKind.SESSION_OPEN,
                    session,
                    new SessionRecord.Open(
                            session, "host", test.instant(), null, "1", "empty:", first.id())
                        .encode()));
    repository
        .storage()
        .put(
            ObjectKind.checkpoint(session, 1),
            repository
                .keys()
                .sealSmall(
                    ObjectKind.CHECKPOINT,
                    session,
                    new SessionRecord.Checkpoint(
                            session, 1, ManifestCodec.encode(first.manifest()), true)
                        .encode()));
    forget(0);
    assertThat(repository.ledger().closures()).containsEntry(session, Set.of());
    assertThat(listed()).containsExactly(id(1), id(2));
    sound();
  }

  @Test
  void proofsOfWhatIsLostStayForItMayBePutBack() throws Exception {
    verified(0);
    verified(1);
    repository.storage().delete(made.getFirst().object());
    forget(1);
    assertThat(proven()).containsExactly(id(0));
  }

  @Test
  void aNoteThatNoLedgerEntryNamesIsNamedNowOrGoesWithItsBackup() throws Exception {
    Note going = unnamed(0);
    Note staying = unnamed(1);
    forget(0);
    assertThat(repository.ledger().existing())
        .containsKey(ObjectKind.FACT.name(staying.id()).value())
        .doesNotContainKey(ObjectKind.FACT.name(going.id()).value());
    assertThat(proven()).containsExactly(id(1));
    assertThat(repository.storage().find(ObjectKind.FACT.name(going.id()))).isEmpty();
    sound();
  }

  /** A note whose author died before its ledger entry. */
  private Note unnamed(int of) throws IOException {
    Fact.Verified fact =
        new Fact.Verified(
            List.of(id(of)),
            List.of(),
            Fact.Verified.Depth.FULL,
            true,
            Duration.ofSeconds(1),
            1,
            1);
    return Facts.put(repository, fact, "me", new ArrayList<>());
  }

  private List<BackupId> proven() throws IOException {
    return Facts.of(repository).notes().stream()
        .filter(note -> note.fact() instanceof Fact.Verified)
        .flatMap(note -> note.fact().backups().stream())
        .toList();
  }

  @Test
  void itTellsWhatItDoes() throws Exception {
    List<String> told = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void phase(String name) {
            told.add(name);
          }

          @Override
          public void advance(long items, long bytes) {
            told.add("+" + items);
          }
        };
    List<Backup> _ = Forgetting.run(repository, plan(0, 1), "named", "me", progress);
    assertThat(told).containsExactly("record", "delete", "+1", "+1");
  }

  @Test
  void nothingIsWrittenWhereNothingGoes() throws Exception {
    int before = repository.ledger().existing().size();
    forget();
    assertThat(repository.ledger().existing()).hasSize(before);
    assertThat(Facts.of(repository).notes()).isEmpty();
  }

  private List<Backup> forget(int... which) throws Exception {
    return Forgetting.run(repository, plan(which), "named", "me", Progress.NONE);
  }

  private RetentionPlan plan(int... which) throws IOException {
    Set<BackupId> named = new HashSet<>();
    for (int i : which) {
      named.add(id(i));
    }
    BackupList list = BackupList.read(repository);
    return RetentionPlan.of(
        Forgetting.candidates(list, Facts.of(repository)), named, repository.now());
  }

  private void verified(int... which) throws IOException {
    List<BackupId> ids = new ArrayList<>();
    for (int i : which) {
      ids.add(id(i));
    }
    Note _ =
        Facts.add(
            repository,
            new Fact.Verified(
                ids, List.of(), Fact.Verified.Depth.FULL, true, Duration.ofSeconds(1), 1, 1),
            "me");
  }

  private void sound() throws Exception {
    VerifyReport report =
        Verification.run(repository, VerifyReport.Depth.FULL, 1, Verification.all(), Progress.NONE);
    assertThat(report.intact()).as(report.issues().toString()).isTrue();
  }

  private List<BackupId> listed() throws IOException {
    return BackupList.read(repository).backups().stream().map(Backup::id).toList();
  }

  private BackupId id(int i) {
    return made.get(i).id();
  }

  private Backup backup() throws Exception {
    BackupRequest request = new BackupRequest(null, "host", "me", "", "", new TreeMap<>());
    return BackupRun.backup(repository, new Empty(), request, Progress.NONE).backup();
  }

  /** A source of nothing. */
  private record Empty() implements Source {
    @Override
    public String provider() {
      return "empty";
    }

    @Override
    public String address() {
      return "empty:";
    }

    @Override
    public List<byte[]> paths() {
      return List.of();
    }

    @Override
    public List<Warning> warnings() {
      return List.of();
    }

    @Override
    public void capture(Capture capture) {}

    @Override
    public void close() {}
  }
}
