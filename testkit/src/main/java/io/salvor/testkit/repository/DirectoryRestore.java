package io.salvor.testkit.repository;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictPrompt;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Restores whole backups into directories, as the command line does. */
public final class DirectoryRestore {
  private DirectoryRestore() {}

  /**
   * Restores a backup elsewhere.
   *
   * @param strategy what becomes of entries that are there and differ
   */
  public static RestoreReport restore(
      Repository repository, Backup backup, ConflictStrategy strategy, Path to)
      throws IOException, InterruptedException {
    Restores restores = new Restores(repository, "host", "tester");
    RestoreRequest request =
        new RestoreRequest(
            backup,
            Scope.ALL,
            RestoreMode.INPLACE,
            strategy,
            ConflictPrompt.NOBODY,
            false,
            Check.CONTENT);
    try (FilesTarget target = target(repository, restores, to);
        PlannedRestore planned = restores.plan(request, target, Progress.NONE)) {
      return restores.apply(planned, true, new Undo.Into(repository), target, Progress.NONE);
    }
  }

  private static FilesTarget target(Repository repository, Restores restores, Path to)
      throws IOException {
    return FilesTarget.open(
        to, List.of(), restores.records()::isDead, repository.blobs(), repository.keys()::blobId);
  }
}
