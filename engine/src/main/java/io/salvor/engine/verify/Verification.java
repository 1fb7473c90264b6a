package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Depth;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.engine.writer.Intake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Verifies a repository, or some of its backups. */
public final class Verification {
  private static final int MOST_ATTEMPTS = 3;

  private final Repository repository;
  private final Depth depth;
  private final double share;
  private final Duration unlessVerified;
  private final Progress progress;
  private final BackupList list;
  private final List<Backup> wanted;
  private final boolean everything;
  private final Findings findings;
  private final Remedies remedies;

  private Verification(
      Repository repository,
      Depth depth,
      double share,
      BackupList list,
      Predicate<Backup> wanted,
      Duration unlessVerified,
      Progress progress) {
    this.unlessVerified = unlessVerified;
    this.repository = repository;
    this.remedies = Remedies.of(repository);
    this.depth = depth;
    this.share = share;
    this.list = list;
    this.wanted = list.backups().stream().filter(wanted).toList().reversed();
    this.everything = this.wanted.size() == list.backups().size();
    this.findings = new Findings(everything);
    this.progress = progress;
  }

  /**
   * Verifies. Everything that names something is read in any case. If {@code wanted} takes only
   * some of the backups, only what these need is read beyond that, and damage that does not touch
   * them is a notice.
   *
   * @param share of the packs that a sample reads, 0 to 1; one pack at least is read
   */
  public static VerifyReport run(
      Repository repository, Depth depth, double share, Predicate<Backup> wanted, Progress progress)
      throws IOException, InterruptedException {
    return run(repository, depth, share, wanted, Duration.ZERO, progress);
  }

  /**
   * As above; but what this machine has read back in this place lately, and found in order, is not
   * read again.
   *
   * @param unlessVerified how long ago that may have been, zero to read everything
   */
  public static VerifyReport run(
      Repository repository,
      Depth depth,
      double share,
      Predicate<Backup> wanted,
      Duration unlessVerified,
      Progress progress)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      repository.index().refresh();
      repository.ledger().refresh();
      State before = State.of(repository);
      // What somebody takes away once these are listed shows in the state afterwards.
      BackupList list = BackupList.read(repository);
      // A backup that was sealed since the repository was opened has segments of its own.
      repository.index().refresh();
      VerifyReport report =
          new Verification(repository, depth, share, list, wanted, unlessVerified, progress).run();
      if (report.intact() || attempt == MOST_ATTEMPTS || !hasMoved(repository, before)) {
        return report;
      }
    }
  }

  /** What somebody has changed who takes objects away. */
  private record State(Set<ObjectId> segments, Set<ObjectId> condemned, Set<String> removed) {
    static State of(Repository repository) throws IOException {
      try {
        repository.condemnations().refresh();
      } catch (SalvorException e) {
        // One that cannot be read is told of as any object is.
        if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
          throw e;
        }
      }
      return new State(
          Set.copyOf(repository.index().segments()),
          repository.condemnations().packs(),
          Set.copyOf(repository.ledger().removed()));
    }
  }

  /** What a prune has put into another place meanwhile only looks lost. */
  private static boolean hasMoved(Repository repository, State before)
      throws IOException, InterruptedException {
    repository.awaitListings();
    repository.index().refresh();
    repository.ledger().refresh();
    return !State.of(repository).equals(before);
  }

  private VerifyReport run() throws IOException, InterruptedException {
    progress.phase("structure");
    keys();
    ObjectAudit objects = new ObjectAudit(repository, progress);
    objects.run();
    objects(objects);
    new LedgerAudit(repository, list, findings).run();
    if (everything) {
      journals();
    }
    PackAudit packs = new PackAudit(repository, findings, progress);
    packs.structure();
    List<Backup> walked = new ArrayList<>();
    Set<BackupId> waiting = WaitingBackups.of(repository, list);
    for (Backup backup : wanted) {
      segments(backup, objects);
      if (waiting.contains(backup.id())) {
        waits(backup);
      } else {
        walked.add(backup);
      }
    }
    progress.phase("read");
    long lookedAt = read(packs, walked);
    remember(packs);
    long blobs = depth == Depth.FULL && unlessVerified.isZero() ? packs.blobs() : lookedAt;
    List<Issue> issues = ofWhatIsThere(findings.issues());
    return new VerifyReport(
        depth,
        blobs,
        packs.bytes() + objects.bytes(),
        issues,
        sound(findings.issues()),
        packs.sound().stream().sorted().toList());
  }

  /** What was captured continuously, and acknowledged, has to be there. */
  private void journals() throws IOException {
    Journals journals;
    try {
      journals = Journals.read(repository, source -> true);
    } catch (SalvorException e) {
      // Found again, and told, where the trees of backups are walked.
      if (!e.code().isDamage()) {
        throw e;
      }
      return;
    }
    for (Journals.Lost lost : journals.lost()) {
      findings.damage(
          ObjectKind.JOURNAL_TAIL.prefix(),
          "the journal of "
              + lost.origin().source()
              + " has lost what was captured on timeline "
              + lost.timeline()
              + " from position "
              + Long.toHexString(lost.from())
              + " to "
              + Long.toHexString(lost.to()),
          remedies.putBack());
    }
  }

  /** Reads packs, and walks trees meanwhile; tells how many blobs were looked at in trees. */
  private long read(PackAudit packs, List<Backup> walked) throws IOException, InterruptedException {
    Set<ObjectId> needed = depth == Depth.SAMPLE || depth == Depth.FULL ? needed(packs) : Set.of();
    // What is read and found bad while it walks is found here, in the end, and walked again.
    try (HopefulWalk hopeful = new HopefulWalk(repository, walked, packs::isThere, progress)) {
      switch (depth) {
        case STRUCTURE, CHECKSUMS -> {}
        case SAMPLE -> packs.read(packs.sample(needed, share));
        case FULL -> readUnlessVerified(packs, needed);
      }
      progress.phase("trees");
      boolean sound = hopeful.foundEverything() && packs.isFlawless();
      packs.conclude();
      if (sound) {
        return hopeful.blobs();
      }
    }
    BackupAudit trees = new BackupAudit(repository, packs::length, findings, progress);
    boolean waiting = !Intake.waiting(repository).isEmpty();
    for (Backup backup : walked) {
      if (waiting
          && WaitingBackups.lacksOnlyWhatWaits(
              repository, backup, () -> isDamaged(backup, packs))) {
        waits(backup);
      } else {
        trees.audit(backup);
      }
    }
    return trees.blobs();
  }

  private boolean isDamaged(Backup backup, PackAudit packs) {
    Findings own = new Findings(true);
    try {
      new BackupAudit(repository, packs::length, own, progress).audit(backup);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return !own.issues().isEmpty();
  }

  private void waits(Backup backup) {
    findings.notice(
        backup.object().value(),
        "backup "
            + backup.id()
            + " was made by a write-only client, and nobody has read it back yet",
        "run `salvor key writer accept`");
  }

  /** Nobody misses what belonged only to backups that were forgotten while this was running. */
  private List<Issue> ofWhatIsThere(List<Issue> issues) throws IOException {
    if (issues.stream().allMatch(issue -> issue.backups().isEmpty())) {
      return issues;
    }
    repository.ledger().refresh();
    Set<String> named = new HashSet<>();
    repository.ledger().existing().values().forEach(line -> named.add(line.label()));
    Set<BackupId> forgotten = new HashSet<>();
    wanted.stream().filter(backup -> !backup.sealed()).forEach(b -> forgotten.add(b.id()));
    // What an interrupted session has left goes when somebody closes it.
    BackupList.read(repository).backups().forEach(left -> forgotten.remove(left.id()));
    for (Backup backup : wanted) {
      if (repository.ledger().removed().contains(backup.object().value())
          && !named.contains(backup.id().text())) {
        forgotten.add(backup.id());
      }
    }
    return issues.stream()
        .filter(issue -> issue.backups().isEmpty() || !forgotten.containsAll(issue.backups()))
        .toList();
  }

  private List<BackupId> sound(List<Issue> issues) {
    Set<BackupId> touched = new HashSet<>();
    for (Issue issue : issues) {
      if (issue.severity() == Severity.DAMAGE) {
        touched.addAll(issue.backups());
      }
    }
    return wanted.stream()
        .filter(backup -> backup.sealed() && !touched.contains(backup.id()))
        .map(Backup::id)
        .sorted()
        .toList();
  }

  private void keys() throws IOException {
    try {
      Keys.describe(repository.storage());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      findings.damage("salvor", e.getMessage() + ": " + e.why(), e.remedy());
    }
    for (SalvorException e : repository.keyFaults()) {
      findings.damage("keys/", e.getMessage() + ": " + e.why(), e.remedy());
    }
  }

  private void objects(ObjectAudit objects) {
    objects
        .damaged()
        .forEach(
            (name, why) -> {
              String message = "the object cannot be read: " + why;
              if (isReplaced(name, objects)) {
                findings.notice(
                    name.value(), message + "; another segment stands for it", "nothing is lost");
              } else if (isNeeded(name)) {
                findings.elsewhere(name.value(), message, remedies.putBack());
              } else {
                findings.notice(
                    name.value(),
                    message + "; it is not needed any more",
                    "nothing needs to be done");
              }
            });
    for (ObjectName name : list.damaged()) {
      if (!objects.damaged().containsKey(name)) {
        findings.elsewhere(
            name.value(), "the object cannot be read, or is gone", remedies.putBack());
      }
    }
    for (String place : objects.unknown()) {
      findings.notice(
          place,
          "there are objects that this version does not know, or that are none of Salvor's",
          "nothing needs to be done");
    }
  }

  /**
   * What was removed, or what a summary of the ledger repeats, may be in any state; so may a fact
   * that nobody has acknowledged, whose author died, and the checkpoint of a session that is over.
   */
  private boolean isNeeded(ObjectName name) {
    return !repository.ledger().removed().contains(name.value())
        && (ObjectKind.FACT.idIn(name).isEmpty()
            || repository.ledger().existing().containsKey(name.value()))
        && ObjectKind.CHECKPOINT
            .idIn(name)
            .filter(repository.ledger().closures()::containsKey)
            .isEmpty()
        && ObjectKind.LEDGER_ENTRY.idIn(name).filter(repository.ledger()::spares).isEmpty();
  }

  private static boolean isReplaced(ObjectName name, ObjectAudit objects) {
    return ObjectKind.INDEX_SEGMENT.idIn(name).filter(objects.superseded()::contains).isPresent();
  }

  /** A backup's own segments must be there, and be the ones that it names. */
  private void segments(Backup backup, ObjectAudit objects) {
    for (Manifest.SegmentRef segment : backup.manifest().segments()) {
      ObjectName name = ObjectKind.INDEX_SEGMENT.name(segment.id());
      byte[] hash = objects.segments().get(segment.id());
      if (objects.superseded().contains(segment.id())) {
        continue;
      }
      if (hash == null && objects.damaged().containsKey(name)) {
        findings.damage(
            name.value(),
            "the index segment cannot be read: " + objects.damaged().get(name),
            remedies.mend("the packs tell what was in it"),
            backup.id());
      } else if (hash == null) {
        findings.damage(
            name.value(),
            "the index segment is gone",
            remedies.mend("the packs tell what was in it"),
            backup.id());
      } else if (hash != null && !Arrays.equals(hash, segment.sha256())) {
        findings.damage(
            name.value(),
            "the index segment is another one",
            remedies.mend("the packs tell what was in it"),
            backup.id());
      }
    }
  }

  private void readUnlessVerified(PackAudit packs, Set<ObjectId> chosen)
      throws IOException, InterruptedException {
    Set<ObjectId> left = new HashSet<>(chosen);
    if (unlessVerified.isPositive()) {
      left.removeAll(repository.verifiedSince(repository.now().minus(unlessVerified)));
      int skipped = chosen.size() - left.size();
      if (skipped > 0) {
        findings.notice(
            "packs/",
            Counted.of(skipped, "pack was", "packs were")
                + " read back lately, found in order, and not read again",
            "nothing needs to be done");
      }
    }
    packs.read(left);
  }

  /** The packs to choose from: all, or those that have something of the wanted backups. */
  private Set<ObjectId> needed(PackAudit packs) throws IOException {
    if (everything) {
      return packs.named();
    }
    Set<ObjectId> needed = new HashSet<>();
    BackupAudit.Usable gather =
        (kind, id) -> {
          List<BlobLocation> places = repository.index().locations(kind, id);
          places.forEach(place -> needed.add(place.pack()));
          return places.isEmpty() ? -1 : places.getFirst().length();
        };
    // What this walk finds to be damaged is found again, and told, by the one that comes last.
    BackupAudit trees = new BackupAudit(repository, gather, new Findings(false), progress);
    for (Backup backup : wanted) {
      trees.audit(backup);
    }
    return needed;
  }

  /** Where the local state cannot be written, only the next backup misses something. */
  private void remember(PackAudit packs) {
    try {
      repository.rememberVerified(packs.sound());
      repository.rememberDamage(
          packs.damaged(), everything && depth == Depth.FULL && unlessVerified.isZero());
    } catch (SalvorException e) {
      progress.warn(e.code().code(), "damage", "what was found is not remembered: " + e.why());
    }
  }

  /** All backups. */
  public static Predicate<Backup> all() {
    return backup -> true;
  }

  /** These backups. */
  public static Predicate<Backup> only(List<BackupId> ids) {
    return backup -> ids.contains(backup.id());
  }
}
