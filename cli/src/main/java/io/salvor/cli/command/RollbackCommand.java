package io.salvor.cli.command;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreRecord;
import io.salvor.engine.restore.RestoreRecords;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code salvor rollback}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor restores                                    which restores were made?",
      "  salvor rollback 20260130-150000-k7f3q --dry-run",
      "  salvor rollback 20260130-150000-k7f3q --yes",
      "",
      "Puts back what the restore changed or deleted, and deletes what it created, unless somebody",
      "has changed it since: that is a conflict. A rollback is a restore, and can be rolled back."
    })
final class RollbackCommand implements Command {
  @Parameters(paramLabel = "<restore>", description = "a restore's id, or the beginning of one")
  String restore = "";

  @Mixin WriteOptions write = new WriteOptions();

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    ConflictStrategy strategy = write.strategy(session);
    Repository named = write.dryRun ? session.openToRead() : session.openToWrite();
    RestoreRecords known = Restores.records(named);
    RestoreRecord record = known.byPrefix(restore);
    String elsewhere = known.undoIn(record.id()).orElse(null);
    if (elsewhere == null) {
      return rollBack(record, strategy, named, session);
    }
    // The undo lies in the repository of --undo-to, and so does a copy of the restore's record.
    Repository other =
        write.dryRun ? session.openToRead(elsewhere) : session.openToWrite(elsewhere);
    RestoreRecords there = Restores.records(other);
    known.copyTo(there, record.id());
    Exit exit = rollBack(record, strategy, other, session);
    there.list().stream()
        .filter(made -> made.plan().origin().rollbackOf().equals(record.id().text()))
        .forEach(made -> there.copyTo(known, made.id()));
    return exit;
  }

  private Exit rollBack(
      RestoreRecord record, ConflictStrategy strategy, Repository repository, Session session)
      throws IOException, InterruptedException {
    Restores restores =
        new Restores(repository, session.machine().host().get(), session.machine().user());
    RestoreSteps steps = new RestoreSteps(session, restores);
    try (Target target = target(record.plan(), repository, session);
        PlannedRestore planned =
            steps.plan(
                strategy,
                !write.dryRun,
                prompt ->
                    restores.planRollback(
                        record.id(),
                        strategy,
                        prompt,
                        Check.CONTENT,
                        target,
                        session.progress()))) {
      return write.dryRun
          ? steps.preview(planned, null)
          : steps.apply(
              planned,
              write.yes,
              write.acceptIrreversible,
              write.noUndo ? new Undo.None() : new Undo.Into(repository),
              target);
    }
  }

  /** Where tablespaces of a restored cluster lie elsewhere, they are rolled back there. */
  private static Target target(RestorePlan plan, Repository repository, Session session)
      throws IOException {
    boolean cluster =
        Targets.provider(plan.target(), session).isEmpty()
            && BackupList.read(repository).backups().stream()
                .filter(b -> b.id().text().equals(plan.origin().backup()))
                .findFirst()
                .map(ClusterRestore::isOne)
                // Forgotten since.
                .orElse(Files.exists(Path.of(plan.target(), "PG_VERSION")));
    return cluster
        ? ClusterRestore.files(Path.of(plan.target()), repository)
        : Targets.open(plan.target(), Mapping.NONE, repository, session);
  }
}
