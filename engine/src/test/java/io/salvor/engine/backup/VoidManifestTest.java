package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a writer has sealed and a closure leaves out counts for nobody. */
class VoidManifestTest {
  private static final ObjectId SESSION = new ObjectId(7, 7);
  private static final ObjectId OBJECT = new ObjectId(8, 8);

  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;
  private Backup first;

  @BeforeEach
  void make() throws Exception {
    test = new TestRepository(temp);
    repository = test.open();
    first = backup();
    repository.storage().put(name(), sealed());
  }

  @Test
  void aSealedManifestThatNoClosureLeavesOutIsAdopted() throws Exception {
    open();
    backup();
    assertThat(listed()).contains(name());
    assertThat(repository.ledger().existing()).containsKey(name().value());
  }

  @Test
  void oneWithoutASessionHereIsLeftToTheCopierThatBringsIt() throws Exception {
    backup();
    assertThat(listed()).contains(name());
    assertThat(repository.ledger().existing()).doesNotContainKey(name().value());
  }

  @Test
  void oneWhoseSessionWasRevokedAndIsNotClosedIsListedAndLeftAlone() throws Exception {
    revoke();
    backup();
    assertThat(listed()).contains(name());
    assertThat(repository.ledger().existing()).doesNotContainKey(name().value());
  }

  @Test
  void oneThatTheClosureAcceptsIsAdopted() throws Exception {
    revoke();
    close(Set.of(OBJECT));
    backup();
    assertThat(listed()).contains(name());
    assertThat(repository.ledger().existing()).containsKey(name().value());
  }

  @Test
  void oneThatTheClosureLeavesOutIsVoid() throws Exception {
    revoke();
    close(Set.of());
    backup();
    BackupList list = BackupList.read(repository);
    assertThat(listed()).hasSize(2).doesNotContain(name());
    assertThat(list.dead()).containsExactly(name());
    assertThat(repository.ledger().existing()).doesNotContainKey(name().value());
    VerifyReport report =
        Verification.run(repository, VerifyReport.Depth.FULL, 1, Verification.all(), Progress.NONE);
    assertThat(report.intact()).isTrue();
  }

  @Test
  void oneThatIsBeingSealedAnewIsNotVoid() throws Exception {
    ObjectName again = sealAgain();
    close(
        first.manifest().session(), Set.of(ObjectKind.MANIFEST.idIn(first.object()).orElseThrow()));
    BackupList list = BackupList.read(repository);
    assertThat(listed()).contains(first.object()).doesNotContain(again);
    assertThat(list.dead()).isEmpty();
  }

  @Test
  void oneThatGetsANewNameWhileItIsReadIsFoundUnderThat() throws Exception {
    ObjectName old = first.object();
    Storage renaming =
        new ForwardingStorage(DirectoryStorage.open(test.directory())) {
          private boolean done;

          @Override
          public byte[] get(ObjectName name) throws IOException {
            if (name.equals(old) && !done) {
              done = true;
              rename();
            }
            return super.get(name);
          }
        };
    try (Repository reader = test.open(renaming)) {
      assertThat(BackupList.read(reader).backups()).extracting(Backup::id).contains(first.id());
    }
    assertThat(repository.storage().find(old)).isEmpty();
  }

  /** As a re-encryption does it. */
  private void rename() throws IOException {
    ObjectName name = sealAgain();
    LedgerEntry.Added line = first.ledgerLine();
    LedgerChange change =
        new LedgerChange(
            List.of(new LedgerEntry.Added(name.value(), line.sha256(), line.label())),
            List.of(line.object()),
            List.of());
    repository.ledger().append(change, repository.now(), "me", repository.random());
    repository.storage().delete(first.object());
  }

  private ObjectName sealAgain() throws IOException {
    ObjectId id = new ObjectId(9, 9);
    byte[] message = ManifestCodec.encode(first.manifest());
    ObjectName name = ObjectKind.MANIFEST.name(id);
    repository.storage().put(name, repository.keys().sealSmall(ObjectKind.MANIFEST, id, message));
    return name;
  }

  private byte[] sealed() {
    Manifest other =
        new ManifestLike(first.manifest())
            .id(new BackupId("20260130-150000-zzzzz"))
            .session(SESSION)
            .make();
    return repository.keys().sealSmall(ObjectKind.MANIFEST, OBJECT, ManifestCodec.encode(other));
  }

  private void open() throws IOException {
    SessionRecord.Open open =
        new SessionRecord.Open(
            SESSION, "host", repository.now(), null, "", "files:/srv", first.id());
    repository
        .storage()
        .put(
            ObjectKind.SESSION_OPEN.name(SESSION),
            repository.keys().sealSmall(ObjectKind.SESSION_OPEN, SESSION, open.encode()));
  }

  private void revoke() throws IOException {
    new Revocation(SESSION, repository.now(), "me", false)
        .publish(repository.storage(), repository.keys());
  }

  private void close(Set<ObjectId> accepted) throws IOException {
    close(SESSION, accepted);
  }

  private void close(ObjectId session, Set<ObjectId> accepted) throws IOException {
    repository
        .ledger()
        .append(
            LedgerChange.closing(List.of(new Closure(session, accepted))),
            repository.now(),
            "me",
            repository.random());
  }

  private List<ObjectName> listed() throws IOException {
    return BackupList.read(repository).backups().stream().map(Backup::object).toList();
  }

  private static ObjectName name() {
    return ObjectKind.MANIFEST.name(OBJECT);
  }

  private Backup backup() throws Exception {
    test.advance(60);
    BackupRequest request = new BackupRequest(null, "host", "me", "", "", new TreeMap<>());
    return BackupRun.backup(repository, new MapSource(), request, Progress.NONE).backup();
  }
}
