package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Depth;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** Verifies a repository, or some of its backups. */
public final class Verification {
  private static final String FROM_A_COPY = "put the object back from a copy of the repository";

  private final Repository repository;
  private final Depth depth;
  private final double share;
  private final Progress progress;
  private final Findings findings = new Findings();

  private Verification(Repository repository, Depth depth, double share, Progress progress) {
    this.repository = repository;
    this.depth = depth;
    this.share = share;
    this.progress = progress;
  }

  /**
   * Verifies. Keys, ledger, index and the packs' presence are looked at in any case; trees only of
   * the backups that {@code wanted} takes.
   *
   * @param share of the packs that a sample reads, 0 to 1
   */
  public static VerifyReport run(
      Repository repository, Depth depth, double share, Predicate<Backup> wanted, Progress progress)
      throws IOException, InterruptedException {
    return new Verification(repository, depth, share, progress).run(wanted);
  }

  private VerifyReport run(Predicate<Backup> wanted) throws IOException, InterruptedException {
    progress.phase("structure");
    for (SalvorException e : Keys.damage(repository.storage())) {
      findings.damage("keys/", e.getMessage() + ": " + e.why(), e.remedy());
    }
    for (SalvorException e : repository.index().issues()) {
      findings.damage("index/", e.getMessage() + ": " + e.why(), e.remedy());
    }
    BackupList list = BackupList.read(repository.storage(), repository.keys());
    ledger(list);
    for (ObjectName object : list.damaged()) {
      findings.damage(object.value(), "the object cannot be read, or is gone", FROM_A_COPY);
    }
    PackAudit packs = new PackAudit(repository, findings, progress);
    packs.structure();
    progress.phase("read");
    switch (depth) {
      case STRUCTURE -> {}
      case SAMPLE -> packs.read(this::isInSample);
      case FULL -> packs.read(id -> true);
    }
    progress.phase("trees");
    BackupAudit trees = new BackupAudit(repository, packs::isUsable, findings, progress);
    for (Backup backup : list.backups().reversed()) {
      if (wanted.test(backup)) {
        trees.audit(backup);
      }
    }
    long blobs = depth == Depth.FULL ? packs.blobs() : trees.blobs();
    return new VerifyReport(depth, blobs, packs.bytes(), findings.issues());
  }

  private boolean isInSample(ObjectId pack) {
    return repository.random().nextDouble() < share;
  }

  private void ledger(BackupList list) throws IOException {
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      findings.damage(
          line.object(),
          "the manifest of backup " + line.label() + " is gone",
          FROM_A_COPY,
          new BackupId(line.label()));
    }
    for (Backup backup : list.backups()) {
      String object = backup.object().value();
      if (backup.sealed() && !repository.ledger().existing().containsKey(object)) {
        findings.notice(
            object,
            "no ledger entry names backup "
                + backup.id()
                + ": its writer died before it could, or"
                + " is about to, or the newest entry was lost",
            "nothing needs to be done: the next backup's entry names it");
      }
    }
    for (LedgerIssue issue : repository.ledger().issues()) {
      switch (issue) {
        case LedgerIssue.EntryDamaged e ->
            findings.damage(e.object().value(), "the ledger entry cannot be read", FROM_A_COPY);
        case LedgerIssue.EntryLost e ->
            findings.damage(
                e.object().value(),
                "the ledger entry is gone, and with it what tells of the backups it added",
                FROM_A_COPY);
        case LedgerIssue.RolledBack e ->
            findings.damage(
                e.object().value(),
                "ledger entry "
                    + e.number()
                    + " was seen by this machine and is gone: newer backups were lost, or the"
                    + " storage was put back to an earlier state",
                "find out who has put the storage back; " + FROM_A_COPY);
      }
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
