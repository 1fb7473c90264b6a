package io.salvor.engine.backup;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.Cursors;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One backup from its session's opening to its acknowledgement, in the order of docs/format.md §11.
 * What it returns is sealed, in the ledger, and durable; whatever it throws, nothing that was
 * acknowledged before is touched, and what was uploaded is found by the next run. If its session is
 * given up while it sleeps, it begins again in a new one.
 */
public final class BackupRun {
  private static final int MOST_ATTEMPTS = 3;

  private final Repository repository;
  private final Source source;
  private final BackupRequest request;
  private final Progress progress;
  private final Instant begun;
  private final @Nullable UndoPlan undo;
  private final Supplier<List<Backup>> replaced;
  private final List<Source.Warning> warnings = new CopyOnWriteArrayList<>();
  private final Set<BackupId> damagedPredecessors = ConcurrentHashMap.newKeySet();

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
      Supplier<List<Backup>> replaced,
      Progress progress) {
    this.replaced = replaced;
    this.repository = repository;
    this.source = source;
    this.request = request;
    this.undo = undo;
    this.progress = progress;
    this.begun = repository.now();
  }

  /** Captures {@code source} into {@code repository}. */
  public static BackupReport backup(
      Repository repository, Source source, BackupRequest request, Progress progress)
      throws IOException, InterruptedException {
    return new BackupRun(repository, source, request, null, List::of, progress).run();
  }

  /**
   * Seals what takes the place of other backups, whose content it has: the entry of the ledger that
   * adds it removes them. They are deleted only then.
   *
   * @param replaced which these are, asked when the capture has ended
   */
  public static BackupReport replace(
      Repository repository,
      Source source,
      BackupRequest request,
      Supplier<List<Backup>> replaced,
      Progress progress)
      throws IOException, InterruptedException {
    return new BackupRun(repository, source, request, null, replaced, progress).run();
  }

  /** Captures what a restore is going to change or delete. */
  public static BackupReport undo(
      Repository repository, Source source, BackupRequest request, UndoPlan undo, Progress progress)
      throws IOException, InterruptedException {
    return new BackupRun(repository, source, request, undo, List::of, progress).run();
  }

  private BackupReport run() throws IOException, InterruptedException {
    if (!source.patterns().sensitive().isEmpty()) {
      // Before anything is read: nobody wants to learn in the end that secrets were passed over.
      ObjectId _ = repository.keys().epoch(ObjectKind.KeyClass.SENSITIVE);
    }
    warnings.addAll(source.warnings());
    for (int session = 1; ; session++) {
      try {
        return backup();
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.SESSION_REVOKED
            || session == MOST_ATTEMPTS
            || !source.isRepeatable()) {
          throw e;
        }
        warn("begun-again", e.getMessage() + ": " + e.why() + "; it was begun again");
      }
    }
  }

  /** One session, or more if what it is compared with is deleted just then. */
  private BackupReport backup() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      BackupList list = list();
      Predecessors before = Predecessors.of(list, source.address(), request, undo != null);
      SessionRecord.Open open = opening(before);
      Session session = begin(open, before);
      if (session == null && attempt < MOST_ATTEMPTS) {
        continue;
      }
      if (session == null) {
        throw parentGone(before);
      }
      if (before.downgraded()) {
        warn("no-predecessor", "nothing to compare with, so this is a full backup");
      }
      Backup backup;
      try {
        leaveOutWhatIsLost();
        try (BlobWriter writer = repository.newWriter();
            ClientMemory.@Nullable Draft noted = note()) {
          ManifestDraft draft =
              new ManifestDraft(repository, source, request, before, open, sequence(list), undo);
          BackupAttempt work =
              new BackupAttempt(repository, source, session, draft, writer, noted, undo, progress);
          backup = work.capture(newCapture(work, list, before));
          acknowledge(backup);
          remember(noted, backup);
        }
      } catch (IOException | RuntimeException | InterruptedException e) {
        giveUp(session, e);
        throw e;
      }
      end(session);
      mergeSegments();
      warnings.addAll(source.remarks());
      return new BackupReport(
          backup,
          !before.interrupted().isEmpty(),
          Duration.between(begun, backup.manifest().finished()),
          warnings);
    }
  }

  /** Of what a write-only client stores it notes what it cannot read back; others need not. */
  private ClientMemory.@Nullable Draft note() {
    try {
      return ClientMemory.of(repository, source.address()).map(ClientMemory::begin).orElse(null);
    } catch (SalvorException e) {
      forgotten(e);
      return null;
    }
  }

  /** The backup is acknowledged: that it cannot be remembered costs the next one a full read. */
  private void remember(ClientMemory.@Nullable Draft noted, Backup backup) {
    try {
      if (noted != null) {
        noted.publish(backup);
      }
    } catch (IOException | SalvorException e) {
      forgotten(e);
    }
  }

  private void forgotten(Exception e) {
    warn("not-remembered", "the next backup will read everything again: " + e.getMessage());
  }

  private SessionRecord.Open opening(Predecessors before) {
    Backup compared = before.compared();
    ObjectId parent =
        compared == null ? null : ObjectKind.MANIFEST.idIn(compared.object()).orElse(null);
    Instant now = repository.now();
    return new SessionRecord.Open(
        repository.keys().marked(ObjectId.random(repository.random())),
        request.host(),
        now,
        parent,
        repository.process().toString(),
        source.address(),
        BackupId.of(now, repository.random()));
  }

  /** Opens a session; null if what the backup is to be compared with was deleted meanwhile. */
  private @Nullable Session begin(SessionRecord.Open open, Predecessors before)
      throws IOException, InterruptedException {
    Session session = Session.begin(repository.storage(), repository.keys(), open);
    try {
      repository.awaitListings();
      repository.followEpochs();
      // What has lost its names since the repository was opened, nobody keeps.
      repository.index().refresh();
      for (ObjectName unreadable : repository.leaveOutCondemnedPacks()) {
        warn(
            "condemnation-damaged",
            unreadable
                + " cannot be read, so that everything is stored anew: a prune was cut off while it"
                + " wrote it; put it back from a copy, or remove it while no prune is at work");
      }
      Backup compared = before.compared();
      if (compared == null || repository.storage().find(compared.object()).isPresent()) {
        return session;
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
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
          Counted.of(lost, "pack of the repository is", "packs of the repository are")
              + " gone, cut off or damaged; what was in there is stored"
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

  /** Many small segments make opening slow. What an earlier run has replaced goes first. */
  private void mergeSegments() throws InterruptedException {
    // What a write-only client says of others' segments counts for nobody.
    if (repository.keys().self() != null) {
      return;
    }
    SegmentRewrite rewrite =
        new SegmentRewrite(
            repository.storage(), repository.keys(), repository.index(), Progress.NONE);
    try {
      Set<ObjectId> small = rewrite.small();
      if (!small.isEmpty()) {
        repository.awaitListings();
        int _ = rewrite.deleteSuperseded();
        int _ = rewrite.replace(small, Set.of());
      }
    } catch (IOException | SalvorException e) {
      warn("index-not-merged", "small index segments could not be merged: " + e.getMessage());
    }
  }

  /** The backup is acknowledged: that its session cannot be put away is no failure of it. */
  private void end(Session session) {
    try {
      session.end(true);
    } catch (IOException | SalvorException e) {
      warn("session-left", "objects of the session could not be removed: " + e.getMessage());
    }
    try {
      repository.ledger().summarise(repository.now(), request.createdBy(), repository.random());
    } catch (IOException | SalvorException e) {
      warn("ledger-long", "the ledger could not be summed up: " + e.getMessage());
    }
  }

  private TreeCapture newCapture(BackupAttempt work, BackupList list, Predecessors before)
      throws IOException {
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
    StoredContent stored = new StoredContent(repository);
    return work.newCapture(stored, earlier(before, stored), Cursors.union(known), counted);
  }

  /** A write-only client cannot read what it has stored. */
  private Optional<Earlier> earlier(Predecessors before, StoredContent stored) {
    Backup compared = before.compared();
    return compared == null || repository.keys().self() != null
        ? Optional.empty()
        : Optional.of(new EarlierBackup(repository, compared, stored));
  }

  /** The ledger entry takes in sealed manifests whose writers died before they could add them. */
  private void acknowledge(Backup backup) throws IOException {
    List<LedgerEntry.Added> added = new ArrayList<>();
    // A write-only client reads no manifests, and speaks for nobody else.
    if (repository.keys().self() == null) {
      for (Backup other : BackupList.unnamed(repository)) {
        ObjectId session = other.manifest().session();
        // A copier's are named by itself or by who gives it up: it may be taking them back.
        if (repository.ledger().closures().containsKey(session)
            || repository.storage().find(ObjectKind.SESSION_OPEN.name(session)).isPresent()) {
          added.add(other.ledgerLine());
        }
      }
    }
    if (added.stream().noneMatch(a -> a.object().equals(backup.object().value()))) {
      added.add(backup.ledgerLine());
    }
    List<String> removed = new ArrayList<>();
    List<Closure> closures = new ArrayList<>();
    for (Backup other : replaced.get()) {
      removed.add(other.object().value());
      ObjectId session = other.manifest().session();
      if (repository.storage().find(ObjectKind.SESSION_OPEN.name(session)).isPresent()) {
        // Its writer died after the seal: its checkpoints must not come back as interrupted.
        closures.add(new Closure(session, Set.of()));
      }
    }
    added.removeIf(line -> removed.contains(line.object()));
    repository
        .ledger()
        .append(
            new LedgerChange(added, removed, closures),
            repository.now(),
            request.createdBy(),
            repository.random());
  }

  private BackupList list() throws IOException {
    KeyRing.Writer writer = repository.keys().self();
    if (writer == null) {
      return BackupList.read(repository);
    }
    if (!writer.host().equals(request.host())) {
      throw new SalvorException(
          ErrorCode.WRITE_ONLY,
          "This credential writes backups of " + writer.host() + " only",
          "the backup is of " + request.host(),
          "say --host " + writer.host() + ", or use another credential");
    }
    Optional<Backup> last = Optional.empty();
    Optional<ClientMemory> memory = ClientMemory.of(repository, source.address());
    if (memory.isPresent()) {
      repository.ledger().refresh();
      last = memory.get().backup();
    }
    return last.map(BackupList::only).orElse(BackupList.NONE);
  }

  /** A write-only client cannot read the others' numbers; no number is above their count. */
  private long sequence(BackupList list) {
    if (repository.keys().self() == null) {
      return list.nextSequence();
    }
    String prefix = ObjectKind.MANIFEST.prefix();
    Set<String> ever = new HashSet<>(repository.ledger().existing().keySet());
    ever.addAll(repository.ledger().removed());
    return 1 + ever.stream().filter(name -> name.startsWith(prefix)).count();
  }

  /** Entries of an earlier backup, as far as they can be read. */
  private TreeCursor entries(Backup backup) {
    TreeCursor all =
        ClientMemory.of(repository, source.address())
            .map(ClientMemory::entries)
            .orElseGet(() -> repository.tree(backup.manifest().root()).all());
    return new TolerantCursor(
        all,
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
