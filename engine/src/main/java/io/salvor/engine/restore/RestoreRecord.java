package io.salvor.engine.restore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A restore as it is listed.
 *
 * @param started null if nothing was written yet
 * @param undo id of the backup that takes it back; empty if there is none
 * @param done steps that are known to have been applied
 * @param report null unless it has ended in an orderly way
 * @param rolledBackBy the restore that has taken it back; empty if none has
 */
public record RestoreRecord(
    RestorePlan plan,
    RestoreStatus status,
    @Nullable Instant started,
    String undo,
    long done,
    @Nullable RestoreReport report,
    String rolledBackBy) {

  /** The restore's id. */
  public RestoreId id() {
    return plan.id();
  }
}
