package io.salvor.cli.command;

import io.salvor.engine.restore.ConflictStrategy;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a restore, or the rollback of one, may do to what exists. */
final class WriteOptions {
  @Option(
      names = "--on-conflict",
      paramLabel = "<what>",
      description =
          "skip, overwrite, prompt or fail; without it prompt on a terminal, fail elsewhere")
  @Nullable String onConflict;

  @Option(names = "--no-undo", description = "do not keep what is changed or deleted")
  boolean noUndo;

  @Option(names = "--dry-run", description = "show what would be done, and write nothing")
  boolean dryRun;

  @Option(
      names = "--accept-irreversible",
      description = "agree to what cannot be restored or undone")
  boolean acceptIrreversible;

  @Option(names = "--yes", description = "agree to change and delete what exists")
  boolean yes;

  /** The strategy that is asked for; else prompt on a terminal and fail elsewhere. */
  ConflictStrategy strategy(Session session) {
    if (onConflict == null) {
      return session.console().isInteractive() ? ConflictStrategy.PROMPT : ConflictStrategy.FAIL;
    }
    return Words.choose(
        "--on-conflict",
        onConflict,
        ConflictStrategy.values(),
        s -> s.name().toLowerCase(Locale.ROOT));
  }
}
