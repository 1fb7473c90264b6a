package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.Exit;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor unhold}. */
@picocli.CommandLine.Command(
    footer = {"", "examples:", "  salvor unhold 20260130-150000-k7f3q --reason 'audit is over'"})
final class UnholdCommand implements Command {
  @Parameters(paramLabel = "<backup>", description = "an id, the beginning of one, or latest")
  String backup = "";

  @Option(names = "--reason", paramLabel = "<text>", description = "why, for whoever asks later")
  String reason = "";

  @Mixin BackupChoice choice = new BackupChoice();

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToWrite();
    Backup found = choice.one(BackupList.read(repository), repository, backup, session);
    List<ActiveHold> holds = Facts.of(repository).holds(found.id());
    for (ActiveHold hold : holds) {
      Note _ =
          Facts.add(
              repository,
              new Fact.Release(found.id(), hold.note(), reason),
              session.machine().user());
    }
    if (session.isJson()) {
      new BackupDocument(repository, Facts.of(repository)).write(found, session.json());
    } else {
      session
          .text()
          .line(
              holds.isEmpty()
                  ? found.id() + " was not on hold"
                  : found.id()
                      + " is released from "
                      + HumanText.count(holds.size(), "hold", "holds"));
    }
    return Exit.DONE;
  }
}
