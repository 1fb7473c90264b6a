package io.salvor.engine.restore;

import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps what a restore will change or delete, before anything is written. */
final class UndoKeeping {
  private final Repository repository;
  private final String host;
  private final String createdBy;

  /**
   * @param repository that is restored from
   * @param host this machine, as undo backups name it
   * @param createdBy who asks, likewise
   */
  UndoKeeping(Repository repository, String host, String createdBy) {
    this.repository = repository;
    this.host = host;
    this.createdBy = createdBy;
  }

  /** Keeps it; gives the id of the backup that does, empty if nobody wants one. */
  String seal(PlanFile file, Undo undo, Target target, Progress progress)
      throws IOException, InterruptedException {
    if (!(undo instanceof Undo.Into(Repository into))) {
      return "";
    }
    RestoreId id = file.plan().id();
    progress.phase("undo");
    BackupRequest request =
        new BackupRequest(null, host, createdBy, "", "undo of the restore " + id, new TreeMap<>());
    BackupRun.UndoPlan plan =
        new BackupRun.UndoPlan(
            id.text(), repository.now().plus(Restores.UNDO_HELD), new CreatedKeys(file));
    boolean known = into.id().equals(repository.id());
    try {
      BackupReport report =
          BackupRun.undo(into, target.undoSource(file, known), request, plan, progress);
      if (!report.backup().manifest().failures().isEmpty()) {
        throw impossible(
            target,
            "an entry cannot be kept: "
                + report.backup().manifest().failures().getFirst().message(),
            null);
      }
      return report.backup().id().text();
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.STORAGE_FULL
          || e.code() == ErrorCode.STORAGE_READ_ONLY
          || e.code() == ErrorCode.STORAGE_DENIED) {
        throw impossible(target, e.getMessage() + ": " + e.why(), e);
      }
      throw e;
    }
  }

  private static SalvorException impossible(
      Target target, String why, @Nullable SalvorException cause) {
    return new SalvorException(
        ErrorCode.UNDO_IMPOSSIBLE,
        "What the restore would change in "
            + target.address()
            + " cannot be kept, and nothing was written",
        why,
        "keep it in another repository with --undo-to, or do without a way back with --no-undo",
        cause);
  }
}
