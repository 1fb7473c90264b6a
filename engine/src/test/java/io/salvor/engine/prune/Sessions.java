package io.salvor.engine.prune;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ExampleKeys;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What sessions leave in a repository, as their writers would have written it. */
final class Sessions {
  static final TreeRoot TREE = new TreeRoot(new BlobId(1, 2, 3, 4), 1, 1000);
  static final TreeRoot CREATED = new TreeRoot(new BlobId(5, 6, 7, 8), 0, 3);

  private final Repository repository;

  Sessions(Repository repository) {
    this.repository = repository;
  }

  static SessionRecord.Open opening(ObjectId session, Instant started, String process) {
    BackupId backup = new BackupId("20260130-15000" + Math.floorMod(session.low(), 10) + "-k7f3q");
    return new SessionRecord.Open(session, "host", started, null, process, "files:/srv", backup);
  }

  static SessionRecord.Checkpoint checkpoint(ObjectId session, int number, Instant written) {
    byte[] manifest = ManifestCodec.encode(manifest(session, written, null));
    return new SessionRecord.Checkpoint(session, number, manifest, false);
  }

  static Manifest manifest(ObjectId session, Instant finished, Manifest.@Nullable UndoOf undo) {
    return new Manifest(
        new BackupId("20260130-150000-k7f3q"),
        session,
        BackupStatus.INTERRUPTED,
        new Manifest.Origin("files", "files:/srv", List.of(), "host", "root@host", ""),
        new Manifest.Lineage(BackupType.FULL, null, null, 0),
        new Manifest.Label("", new TreeMap<>()),
        finished.minusSeconds(60),
        finished,
        new Manifest.Counts(1000, 1000, 0, 0, 0),
        new Manifest.Volume(5000, 5000, 4000, 3000),
        TREE,
        List.of(),
        List.of(),
        List.of(),
        "salvor 1",
        ExampleKeys.EPOCH,
        undo);
  }

  void open(ObjectId session, Instant started) throws IOException {
    open(session, started, "4711");
  }

  void open(ObjectId session, Instant started, String process) throws IOException {
    byte[] message = opening(session, started, process).encode();
    put(ObjectKind.SESSION_OPEN, session, ObjectKind.SESSION_OPEN.name(session), message);
  }

  void write(ObjectId session, int number, Instant written) throws IOException {
    byte[] message = checkpoint(session, number, written).encode();
    put(ObjectKind.CHECKPOINT, session, ObjectKind.checkpoint(session, number), message);
  }

  void end(ObjectId session) throws IOException {
    byte[] message = new SessionRecord.End(session, true).encode();
    put(ObjectKind.SESSION_END, session, ObjectKind.SESSION_END.name(session), message);
  }

  /** Closes it in the ledger; nothing of it is accepted. */
  void close(ObjectId session) throws IOException {
    LedgerChange change = LedgerChange.closing(List.of(new Closure(session, Set.of())));
    repository.ledger().append(change, repository.now(), "me", repository.random());
  }

  void damage(ObjectName name) throws IOException {
    byte[] object = repository.storage().get(name);
    object[object.length / 2] ^= 1;
    repository.storage().delete(name);
    repository.storage().put(name, object);
  }

  private void put(ObjectKind kind, ObjectId id, ObjectName name, byte[] message)
      throws IOException {
    repository.storage().put(name, repository.keys().sealSmall(kind, id, message));
  }
}
