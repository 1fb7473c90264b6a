package io.salvor.cli.command;

import io.salvor.cli.console.PlainText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Holding;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor hold}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor hold 20260130-150000-k7f3q --reason 'audit 2026'",
      "  salvor hold latest --source /home",
      "",
      "A backup on hold is never forgotten, until `salvor unhold` releases it."
    })
final class HoldCommand implements Command {
  @Parameters(paramLabel = "<backup>", description = "an id, the beginning of one, or latest")
  String backup = "";

  @Option(names = "--reason", paramLabel = "<text>", description = "why, for whoever asks later")
  String reason = "";

  @Mixin BackupChoice choice = new BackupChoice();

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    Repository repository = session.openToWrite();
    Backup found = choice.one(BackupList.read(repository), repository, backup, session);
    if (!found.sealed()) {
      throw new SalvorException(
          ErrorCode.BACKUP_INCOMPLETE,
          "The backup " + found.id() + " cannot be put on hold",
          "it was interrupted, and the next one of its source takes its place",
          "run the backup again, and hold that one");
    }
    Note note = Holding.hold(repository, found.id(), reason, session.machine().user());
    if (session.isJson()) {
      new BackupDocument(repository, Facts.of(repository)).write(found, session.json());
    } else {
      session
          .text()
          .line(
              found.id()
                  + " is on hold"
                  + (reason.isEmpty() ? "" : ": " + PlainText.of(reason))
                  + "  (by "
                  + PlainText.of(note.author())
                  + ")");
    }
    return Exit.DONE;
  }
}
