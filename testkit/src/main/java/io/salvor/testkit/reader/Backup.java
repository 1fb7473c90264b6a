package io.salvor.testkit.reader;

import org.jspecify.annotations.Nullable;

/**
 * A backup that counts.
 *
 * @param object the id of the sealed manifest; null for an interrupted one, which a checkpoint
 *     tells of
 */
public record Backup(Manifest manifest, @Nullable Id object) {
  /** Whether its writer did not come to the end. */
  public boolean isInterrupted() {
    return object == null;
  }
}
