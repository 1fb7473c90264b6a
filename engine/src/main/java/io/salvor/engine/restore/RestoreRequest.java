package io.salvor.engine.restore;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.entry.Entry;
import java.util.function.UnaryOperator;

/**
 * What somebody asks of a restore, besides its target.
 *
 * @param prompt asked where the strategy is {@link ConflictStrategy#PROMPT}
 * @param deleteExtra whether live entries in the scope that the backup does not have are deleted
 * @param becomes what an entry of the backup is to be on this target: another's, say
 */
public record RestoreRequest(
    Backup backup,
    Scope scope,
    RestoreMode mode,
    ConflictStrategy strategy,
    ConflictPrompt prompt,
    boolean deleteExtra,
    Check check,
    UnaryOperator<Entry> becomes) {

  /** With entries as the backup has them. */
  public RestoreRequest(
      Backup backup,
      Scope scope,
      RestoreMode mode,
      ConflictStrategy strategy,
      ConflictPrompt prompt,
      boolean deleteExtra,
      Check check) {
    this(backup, scope, mode, strategy, prompt, deleteExtra, check, UnaryOperator.identity());
  }
}
