package io.salvor.engine.restore;

import io.salvor.engine.backup.Backup;

/**
 * What somebody asks of a restore, besides its target.
 *
 * @param prompt asked where the strategy is {@link ConflictStrategy#PROMPT}
 * @param deleteExtra whether live entries in the scope that the backup does not have are deleted
 */
public record RestoreRequest(
    Backup backup,
    Scope scope,
    RestoreMode mode,
    ConflictStrategy strategy,
    ConflictPrompt prompt,
    boolean deleteExtra,
    Check check) {}
