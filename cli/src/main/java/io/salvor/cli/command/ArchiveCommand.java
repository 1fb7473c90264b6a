package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.LogArchiver;
import io.salvor.engine.source.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Parameters;

/** {@code salvor archive}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  archive_command = 'salvor archive postgresql+cluster://backup@db:5432 %p --repo /backups"
          + " --password-file /etc/salvor/password'",
      "  salvor archive postgresql+cluster://backup@db:5432 pg_wal/00000001000000000000002A",
      "",
      "The file is in the repository, durably, when the exit code is 0; any other lets the server"
          + " try again.",
      "`salvor follow` captures the same within a second instead of with the next full segment;"
          + " both may be",
      "at work at once. The address is the name under which `salvor restore --source` finds it;"
          + " nobody connects."
    })
final class ArchiveCommand implements Command {
  @Parameters(
      index = "0",
      paramLabel = "<source>",
      description = "whose log it is: postgresql+cluster://user@host:port")
  String source = "";

  @Parameters(index = "1", paramLabel = "<file>", description = "the file that is full: %%p")
  Path file = Path.of("");

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    LogArchiver archiver = archiver(session);
    Path path = session.machine().directory().resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new SalvorException(
          ErrorCode.SOURCE_MISSING,
          "There is no file " + path,
          "whoever calls this names a file that is there",
          "In archive_command, write %p");
    }
    LogArchiver.Outcome outcome =
        archiver.archive(
            source,
            path,
            session.openToWrite(),
            new FollowOptions(
                session.machine().host().get(),
                session.machine().user(),
                true,
                FollowOptions.CONSOLIDATE_AFTER),
            session.progress());
    String status = outcome.name().toLowerCase(Locale.ROOT);
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.field("file", String.valueOf(path.getFileName()));
      json.field("status", status);
      json.field("bytes", Files.size(path));
    } else {
      session.text().line(path.getFileName() + ": " + status);
    }
    return Exit.DONE;
  }

  private LogArchiver archiver(Session session) {
    List<Provider> providers = session.machine().providers().get();
    for (Provider provider : providers) {
      if (provider.handles(source) && provider instanceof LogArchiver archiver) {
        return archiver;
      }
    }
    throw new SalvorException(
        ErrorCode.SOURCE_UNSUPPORTED,
        "This source hands over no files of a log",
        source + " is none whose server archives its log",
        "Name a cluster, such as postgresql+cluster://user@host:5432");
  }
}
