package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Label;
import io.salvor.engine.backup.Manifest.Lineage;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.backup.Manifest.UndoOf;
import io.salvor.engine.backup.Manifest.Volume;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Cursors;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeBuilder;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One backup from its session's opening to its acknowledgement, in the order of docs/format.md §11.
 * What it returns is sealed, in the ledger, and durable; whatever it throws, nothing that was
 * acknowledged before is touched, and what was uploaded is found by the next run.
 */
public final class BackupRun {
  /** How long a writer may go without a checkpoint. */
  static final Duration CHECKPOINT_TIME = Duration.ofSeconds(30);

  /** How many bytes a writer may store without a checkpoint. */
  static final long CHECKPOINT_BYTES = 256L << 20;

  private static final int MOST_ATTEMPTS = 3;

  private final Repository repository;
  private final Source source;
  private final BackupRequest request;
  private final Progress progress;
  private final List<Source.Warning> warnings = new CopyOnWriteArrayList<>();
  private final Set<BackupId> damagedPredecessors = ConcurrentHashMap.newKeySet();
  private final List<SegmentRef> segments = new ArrayList<>();
  private final ReentrantLock checkpointing = new ReentrantLock();
  private final BackupId id;
  private final Instant started;
  private final @Nullable UndoPlan undo;

  private volatile Instant lastCheckpoint;
  private volatile long lastStored;

  /**
   * What makes a backup the undo of a restore.
   *
   * @param restore the restore's id
   * @param created keys that the restore is going to create, in order
   */
  public record UndoPlan(String restore, Instant heldUntil, Iterable<Key> created) {}

  private BackupRun(
      Repository repository,
      Source source,
      BackupRequest request,
      @Nullable UndoPlan undo,
      Progress progress) {
    this.repository = repository;
    this.source = source;
    this.request = request;
    this.undo = undo;
    this.progress = progress;
    this.started = repository.now();
    this.id = BackupId.of(started, repository.random());
    this.lastCheckpoint = started;
  }

  /** Captures {@code source} into {@code repository}. */
  public static BackupReport backup(
      Repository repository, Source source, BackupRequest request, Progress progress)
      throws IOException, InterruptedException {
    return new BackupRun(repository, source, request, null, progress).run();
  }

  /** Captures what a restore is going to change or delete. */
  public static BackupReport undo(
      Repository repository, Source source, BackupRequest request, UndoPlan undo, Progress progress)
      throws IOException, InterruptedException {
    return new BackupRun(repository, source, request, undo, progress).run();
  }

  private BackupReport run() throws IOException, InterruptedException {
    warnings.addAll(source.warnings());
    for (int attempt = 1; ; attempt++) {
      BackupList list = list();
      Predecessors before = Predecessors.of(list, source.address(), request, undo != null);
      Session session = begin(before);
      if (session == null && attempt < MOST_ATTEMPTS) {
        continue;
      }
      if (session == null) {
        throw parentGone(before);
      }
      if (before.downgraded()) {
        warn("no-predecessor", "nothing to compare with, so this is a full backup");
      }
      try {
        leaveOutWhatIsLost();
        try (BlobWriter writer = repository.newWriter()) {
          return capture(session, list, before, writer);
        }
      } catch (IOException | RuntimeException | InterruptedException e) {
        giveUp(session, e);
        throw e;
      }
    }
  }

  /** Opens a session; null if what the backup is to be compared with was deleted meanwhile. */
  private @Nullable Session begin(Predecessors before) throws IOException {
    Backup compared = before.compared();
    ObjectId parent =
        compared == null ? null : ObjectKind.MANIFEST.idIn(compared.object()).orElse(null);
    Session session =
        Session.begin(
            repository.storage(),
            repository.keys(),
            new SessionRecord.Open(
                ObjectId.random(repository.random()),
                request.host(),
                started,
                parent,
                ProcessMark.current().toString(),
                source.address(),
                id));
    try {
      repository.requireNoCondemnations();
      if (compared == null || repository.storage().find(compared.object()).isPresent()) {
        return session;
      }
    } catch (IOException | RuntimeException e) {
      giveUp(session, e);
      throw e;
    }
    session.abandon();
    return null;
  }

  /** A backup that relied on a lost pack would be acknowledged, and could not be restored. */
  private void leaveOutWhatIsLost() throws IOException {
    int lost = repository.leaveOutLostPacks();
    if (lost > 0) {
      warn(
          "packs-lost",
          lost
              + " packs of the repository are gone, cut off or damaged; what was in them is stored"
              + " again where the source still has it; run `salvor verify` to learn what is lost");
    }
  }

  private static SalvorException parentGone(Predecessors before) {
    Backup compared = before.compared();
    return new SalvorException(
        ErrorCode.SESSION_REVOKED,
        "The backup that this one was to be compared with has just been deleted",
        (compared == null ? "it" : compared.id()) + " was there a moment ago",
        "run the backup again");
  }

  private BackupReport capture(
      Session session, BackupList list, Predecessors before, BlobWriter writer)
      throws IOException, InterruptedException {
    Attempt attempt = new Attempt(session, list.nextSequence(), before, writer);
    TreeCapture capture = newCapture(attempt, list);
    progress.phase("capture");
    try {
      source.capture(capture);
      progress.checkCancelled();
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.INTERRUPTED) {
        leaveCheckpoint(attempt, capture, e);
      }
      throw e;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    progress.phase("seal");
    TreeRoot root = capture.finish();
    TreeRoot created = createdKeys(writer, undo == null ? List.of() : undo.created());
    flush(writer);
    BackupStatus status =
        capture.counts().failed() == 0 ? BackupStatus.SUCCESS : BackupStatus.PARTIAL;
    Manifest manifest = manifest(attempt, capture, root, created, status);
    session.checkpoint(manifest, true);
    repository.requireNoCondemnations();
    session.requireAlive();
    byte[] message = ManifestCodec.encode(manifest);
    ObjectId object = session.seal(ObjectId.random(repository.random()), message);
    // Given up between the check and the seal, the manifest may be void: see the protocol's model.
    session.requireAlive();
    Backup backup =
        new Backup(manifest, BackupList.checksum(message), ObjectKind.MANIFEST.name(object), true);
    acknowledge(backup);
    end(session);
    return new BackupReport(
        backup,
        !before.interrupted().isEmpty(),
        Duration.between(started, manifest.finished()),
        warnings);
  }

  /** A run's session, and what is needed for its manifests. */
  private record Attempt(Session session, long sequence, Predecessors before, BlobWriter writer) {}

  /** Whoever interrupts a backup wants the next one to go on from here. */
  private void leaveCheckpoint(Attempt attempt, TreeCapture capture, SalvorException interruption) {
    try {
      checkpoint(attempt, capture);
    } catch (IOException | RuntimeException e) {
      interruption.addSuppressed(e);
    }
  }

  /** The backup is acknowledged: that its session cannot be put away is no failure of it. */
  private void end(Session session) {
    try {
      session.end(true);
    } catch (IOException | SalvorException e) {
      warn("session-left", "objects of the session could not be removed: " + e.getMessage());
    }
  }

  private TreeCapture newCapture(Attempt attempt, BackupList list) throws IOException {
    Predecessors before = attempt.before();
    List<TreeCursor> known = new ArrayList<>();
    for (Backup interrupted : before.interrupted()) {
      known.add(entries(interrupted));
    }
    if (before.compared() != null) {
      known.add(entries(before.compared()));
    }
    Backup parent = before.parent();
    TreeCursor counted = parent == null ? Cursors.union(List.of()) : entries(parent);
    // What is damaged is better known before anything is compared with what is stored.
    counted.peek();
    long[] gear = repository.keys().gearTable();
    TreeCapture[] self = new TreeCapture[1];
    TreeCapture capture =
        new TreeCapture(
            new StoredContent(repository, isIndexWhole(list)),
            attempt.writer(),
            () -> Chunker.contentDefined(gear),
            new TreeBuilder(attempt.writer(), repository.keys().boundary()),
            Cursors.union(known),
            counted,
            progress,
            () -> checkpointIfDue(attempt, self[0]));
    self[0] = capture;
    return capture;
  }

  private boolean isIndexWhole(BackupList list) {
    Set<ObjectId> segments = repository.index().segments();
    return list.backups().stream()
        .flatMap(backup -> backup.manifest().segments().stream())
        .allMatch(segment -> segments.contains(segment.id()));
  }

  /** One thread makes the checkpoint; the others go on. */
  private void checkpointIfDue(Attempt attempt, TreeCapture capture) throws IOException {
    if (!isDue(attempt.writer()) || !checkpointing.tryLock()) {
      return;
    }
    try {
      if (isDue(attempt.writer())) {
        checkpoint(attempt, capture);
      }
    } finally {
      checkpointing.unlock();
    }
  }

  private boolean isDue(BlobWriter writer) {
    Duration since = Duration.between(lastCheckpoint, repository.now());
    // A clock that was set back must not put checkpoints off.
    return writer.statistics().stored() - lastStored >= CHECKPOINT_BYTES
        || since.compareTo(CHECKPOINT_TIME) >= 0
        || since.isNegative();
  }

  private void checkpoint(Attempt attempt, TreeCapture capture) throws IOException {
    checkpointing.lock();
    try {
      TreeRoot root = capture.root();
      TreeRoot created = createdKeys(attempt.writer(), List.of());
      flush(attempt.writer());
      Manifest manifest = manifest(attempt, capture, root, created, BackupStatus.INTERRUPTED);
      attempt.session().checkpoint(manifest, false);
      lastCheckpoint = repository.now();
      lastStored = attempt.writer().statistics().stored();
    } finally {
      checkpointing.unlock();
    }
  }

  private void flush(BlobWriter writer) throws IOException {
    checkpointing.lock();
    try {
      for (SegmentWriter.Written segment : writer.writeSegments(writer.flush())) {
        segments.add(new SegmentRef(segment.id(), segment.sha256()));
      }
    } finally {
      checkpointing.unlock();
    }
  }

  private @Nullable TreeRoot createdKeys(BlobWriter writer, Iterable<Key> created)
      throws IOException {
    if (undo == null) {
      return null;
    }
    TreeBuilder keys = new TreeBuilder(writer, repository.keys().boundary());
    for (Key key : created) {
      keys.add(key, new byte[] {(byte) 0xa0});
    }
    return keys.finish();
  }

  private Manifest manifest(
      Attempt attempt,
      TreeCapture capture,
      TreeRoot root,
      @Nullable TreeRoot created,
      BackupStatus status) {
    Predecessors before = attempt.before();
    BlobWriter.Statistics written = attempt.writer().statistics();
    Instant now = repository.now();
    Origin origin =
        new Origin(
            source.provider(),
            source.address(),
            source.paths(),
            request.host(),
            request.createdBy(),
            request.group());
    Backup parent = before.compared();
    Backup base = before.base();
    Volume volume =
        new Volume(capture.bytesRead(), capture.bytesLogical(), written.bytes(), written.stored());
    Component component =
        new Component(
            source.address(),
            source.provider(),
            status,
            root.entries(),
            capture.bytesLogical(),
            ComponentChecksum.of(source.provider(), root));
    SortedMap<String, String> tags = request.tags();
    UndoOf undoOf =
        undo == null || created == null
            ? null
            : new UndoOf(undo.restore(), undo.heldUntil(), created);
    return new Manifest(
        id,
        attempt.session().id(),
        status,
        origin,
        new Lineage(
            before.type(),
            parent == null ? null : parent.id(),
            base == null ? null : base.id(),
            attempt.sequence()),
        new Label(request.description(), tags),
        started,
        now.isBefore(started) ? started : now,
        capture.counts(),
        volume,
        root,
        List.of(component),
        capture.failures(),
        segments,
        repository.software(),
        repository.keys().epoch(),
        undoOf);
  }

  /** The ledger entry takes in sealed manifests whose writers died before they could add them. */
  private void acknowledge(Backup backup) throws IOException {
    List<LedgerEntry.Added> added = new ArrayList<>();
    for (Backup other : BackupList.unnamed(repository)) {
      added.add(other.ledgerLine());
    }
    if (added.stream().noneMatch(a -> a.object().equals(backup.object().value()))) {
      added.add(backup.ledgerLine());
    }
    repository
        .ledger()
        .append(
            LedgerChange.adding(added), repository.now(), request.createdBy(), repository.random());
  }

  private BackupList list() throws IOException {
    return BackupList.read(repository);
  }

  /** Entries of an earlier backup, as far as they can be read. */
  private TreeCursor entries(Backup backup) {
    return new TolerantCursor(
        repository.tree(backup.manifest().root()).all(),
        damage -> {
          if (damagedPredecessors.add(backup.id())) {
            warn(
                "predecessor-damaged",
                "not all entries of "
                    + backup.id()
                    + " can be read; they are read from the source again, and counted as added: "
                    + damage.getMessage());
          }
        });
  }

  private void warn(String code, String message) {
    warnings.add(new Source.Warning(code, source.address(), message));
  }

  /** Leaves what the next run can use; the failure that is under way is the one to tell of. */
  private void giveUp(Session session, Exception failure) {
    try {
      if (!session.hasCheckpoint()) {
        session.abandon();
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
