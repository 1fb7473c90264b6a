package io.salvor.cli.command;

import io.salvor.cli.console.PlainText;
import io.salvor.engine.error.Exit;
import io.salvor.engine.prune.Cancellation;
import io.salvor.engine.prune.FoundSession;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** {@code salvor cancel}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor cancel 20260130-150000-k7f3q        by the id of the backup",
      "  salvor cancel 1f2e3d4c                     by that of its session, as `prune` names it",
      "",
      "The backup stops within half a minute, wherever it runs, and is listed as interrupted. What",
      "it has stored is taken up by the next backup of the same source."
    })
final class CancelCommand implements Command {
  @Parameters(paramLabel = "<id>", description = "of a backup at work, or of its session")
  String id = "";

  @Override
  public Exit run(Session session) throws IOException {
    FoundSession cancelled =
        Cancellation.cancel(session.openToWrite(), id, session.machine().user());
    if (session.isJson()) {
      SessionText.write(cancelled, session.json());
    } else {
      session.text().line("cancelled: " + PlainText.of(SessionText.of(cancelled, session)));
    }
    return Exit.DONE;
  }
}
