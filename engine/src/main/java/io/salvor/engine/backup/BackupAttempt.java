package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeBuilder;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a run does in one session, from its capture to its end, in the order of docs/format.md §11.
 * The capture's threads ask for checkpoints; one of them makes each.
 */
final class BackupAttempt {
  /** How long a writer may go without a checkpoint. */
  static final Duration CHECKPOINT_TIME = Duration.ofSeconds(30);

  /** How many bytes a writer may store without a checkpoint. */
  static final long CHECKPOINT_BYTES = 256L << 20;

  private final Repository repository;
  private final Source source;
  private final Session session;
  private final ManifestDraft draft;
  private final BlobWriter writer;
  private final ClientMemory.@Nullable Draft memory;
  private final BackupRun.@Nullable UndoPlan undo;
  private final Progress progress;
  private final List<SegmentRef> segments = new ArrayList<>();
  private final ReentrantLock checkpointing = new ReentrantLock();

  private volatile Instant lastCheckpoint;
  private volatile long lastStored;

  BackupAttempt(
      Repository repository,
      Source source,
      Session session,
      ManifestDraft draft,
      BlobWriter writer,
      ClientMemory.@Nullable Draft memory,
      BackupRun.@Nullable UndoPlan undo,
      Progress progress) {
    this.memory = memory;
    this.repository = repository;
    this.source = source;
    this.session = session;
    this.draft = draft;
    this.writer = writer;
    this.undo = undo;
    this.progress = progress;
    this.lastCheckpoint = repository.now();
  }

  /**
   * A capture into this session.
   *
   * @param stored what of earlier backups is still there
   * @param earlier the whole backup that this one may be composed against
   * @param known entries that need not be read again
   * @param counted entries to count changes against
   */
  TreeCapture newCapture(
      StoredContent stored, Optional<Earlier> earlier, TreeCursor known, TreeCursor counted) {
    KeyRing keys = repository.keys();
    Map<BlobKind, long[]> gears = new EnumMap<>(BlobKind.class);
    gears.put(BlobKind.DATA, keys.gearTable());
    if (keys.opensSensitive()) {
      gears.put(BlobKind.SENSITIVE, keys.gearTable(BlobKind.SENSITIVE));
    }
    TreeCapture[] self = new TreeCapture[1];
    TreeCapture capture =
        new TreeCapture(
            stored,
            writer,
            kind -> Chunker.contentDefined(gear(kind, gears)),
            new TreeBuilder(memory == null ? writer : memory.noting(writer), keys.boundary()),
            earlier,
            known,
            counted,
            progress,
            () -> checkpointIfDue(self[0]));
    self[0] = capture;
    return capture;
  }

  /** Fails for what the credential was not granted. */
  private long[] gear(BlobKind kind, Map<BlobKind, long[]> gears) {
    long @Nullable [] gear = gears.get(kind);
    return gear == null ? repository.keys().gearTable(kind) : gear;
  }

  /**
   * Captures and seals. What is returned counts, but is in no ledger entry yet.
   *
   * @throws SalvorException SESSION_REVOKED or SESSION_CANCELLED if somebody has given it up
   */
  Backup capture(TreeCapture capture) throws IOException, InterruptedException {
    progress.phase("capture");
    try {
      source.capture(capture);
      progress.checkCancelled();
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.INTERRUPTED) {
        leaveCheckpoint(capture, e);
      }
      throw e;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    progress.phase("seal");
    // What was condemned meanwhile is copied by its pruner, who waits for this session.
    repository.leaveOutCondemnedPacks();
    TreeRoot root = capture.finish();
    TreeRoot created = createdKeys(undo == null ? List.of() : undo.created());
    flush();
    BackupStatus status =
        capture.counts().failed() == 0 ? BackupStatus.SUCCESS : BackupStatus.PARTIAL;
    Manifest manifest = manifest(capture, root, created, status);
    session.checkpoint(manifest, true);
    session.requireAlive();
    byte[] message = ManifestCodec.encode(manifest);
    ObjectId object =
        session.seal(repository.keys().marked(ObjectId.random(repository.random())), message);
    // Given up between the check and the seal, the manifest may be void: see the protocol's model.
    repository.awaitListings();
    ObjectName name = ObjectKind.MANIFEST.name(object);
    requireAlive(List.of(name));
    return new Backup(manifest, BackupList.checksum(message), name, true);
  }

  /** Whoever interrupts a backup wants the next one to go on from here. */
  private void leaveCheckpoint(TreeCapture capture, SalvorException interruption) {
    try {
      checkpoint(capture);
    } catch (IOException | RuntimeException e) {
      interruption.addSuppressed(e);
    }
  }

  private void checkpointIfDue(TreeCapture capture) throws IOException {
    if (!isDue() || !checkpointing.tryLock()) {
      return;
    }
    try {
      if (isDue()) {
        session.requireAlive();
        repository.leaveOutCondemnedPacks();
        checkpoint(capture);
      }
    } finally {
      checkpointing.unlock();
    }
  }

  private boolean isDue() {
    Duration since = Duration.between(lastCheckpoint, repository.now());
    // A clock that was set back must not put checkpoints off.
    return writer.statistics().stored() - lastStored >= CHECKPOINT_BYTES
        || since.compareTo(CHECKPOINT_TIME) >= 0
        || since.isNegative();
  }

  private void checkpoint(TreeCapture capture) throws IOException {
    checkpointing.lock();
    try {
      TreeRoot root = capture.root();
      TreeRoot created = createdKeys(List.of());
      flush();
      session.checkpoint(manifest(capture, root, created, BackupStatus.INTERRUPTED), false);
      lastCheckpoint = repository.now();
      lastStored = writer.statistics().stored();
    } finally {
      checkpointing.unlock();
    }
  }

  private void flush() throws IOException {
    checkpointing.lock();
    try {
      List<PackDescription> packs = writer.flush();
      // Who was given up adds nothing to the index: what it has packed may be nobody's by now.
      session.requireAlive();
      List<SegmentWriter.Written> written = writer.writeSegments(packs);
      if (repository.description().erasable()) {
        requireAlive(written.stream().map(one -> ObjectKind.INDEX_SEGMENT.name(one.id())).toList());
      }
      for (SegmentWriter.Written segment : written) {
        segments.add(new SegmentRef(segment.id(), segment.sha256()));
      }
    } finally {
      checkpointing.unlock();
    }
  }

  /**
   * An erasure does not wait for who was given up: if it has closed the epoch meanwhile that this
   * was sealed to, nobody can open it, and nobody shall rely on it. What somebody opens stays, for
   * others may rely on it already.
   */
  private void requireAlive(List<ObjectName> stored) throws IOException {
    try {
      session.requireAlive();
    } catch (SalvorException e) {
      if (repository.description().erasable() && isEpochClosed()) {
        for (ObjectName name : stored) {
          repository.storage().delete(name);
        }
      }
      throw e;
    }
  }

  private boolean isEpochClosed() throws IOException {
    KeyRegister register = repository.keyRegister(repository.software());
    register.refresh();
    ObjectId epoch = repository.keys().epoch();
    return register.credentials().stream().noneMatch(one -> one.epochs().contains(epoch));
  }

  private Manifest manifest(
      TreeCapture capture, TreeRoot root, @Nullable TreeRoot created, BackupStatus status) {
    return draft.manifest(capture, writer.statistics(), segments, root, created, status);
  }

  private @Nullable TreeRoot createdKeys(Iterable<Key> created) throws IOException {
    if (undo == null) {
      return null;
    }
    TreeBuilder keys = new TreeBuilder(writer, repository.keys().boundary());
    for (Key key : created) {
      keys.add(key, new byte[] {(byte) 0xa0});
    }
    return keys.finish();
  }
}
