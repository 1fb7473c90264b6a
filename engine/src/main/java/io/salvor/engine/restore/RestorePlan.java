package io.salvor.engine.restore;

import io.salvor.engine.tree.Key;
import java.time.Instant;
import java.util.List;

/**
 * The header of a plan: what a restore will do, in numbers. The steps are in a {@link PlanFile}.
 *
 * @param provider whose target it is
 * @param target its address
 * @param alters whether anything that exists is changed or deleted, so that consent and an undo are
 *     needed; an empty target's own metadata do not count
 * @param problems what is known already not to be restored: what the backup has lost, and live
 *     entries that cannot be looked at; the first {@link RestoreReport#MAX_PROBLEMS} of them
 * @param leftovers temporary entries of dead restores, which are removed
 */
public record RestorePlan(
    RestoreId id,
    Instant made,
    Origin origin,
    String provider,
    String target,
    Options options,
    Counts counts,
    Volume volume,
    boolean alters,
    List<Notice> warnings,
    List<Notice> irreversible,
    List<RestoreReport.Problem> problems,
    List<Key> leftovers) {

  public RestorePlan {
    warnings = List.copyOf(warnings);
    irreversible = List.copyOf(irreversible);
    problems = List.copyOf(problems);
    leftovers = List.copyOf(leftovers);
  }

  /**
   * Where what is wanted comes from.
   *
   * @param repository its id, hex
   * @param backup the backup's id; empty if there is none (the rollback of a restore without undo)
   * @param rollbackOf the restore that is rolled back; empty if none is
   */
  public record Origin(String repository, String backup, String rollbackOf) {}

  /** How it is made. */
  public record Options(
      RestoreMode mode, ConflictStrategy strategy, boolean deleteExtra, Check check) {}

  /**
   * Entries by what becomes of them.
   *
   * @param unchanged conflicts that are skipped among them
   * @param conflicts existing entries that differ, however they are resolved
   * @param open conflicts that nobody has decided
   * @param skipped entries that cannot be restored for what they lie in is a skipped conflict
   */
  public record Counts(
      long create,
      long update,
      long delete,
      long unchanged,
      long conflicts,
      long open,
      long skipped) {
    /** Entries that are changed. */
    public long changes() {
      return create + update + delete;
    }
  }

  /**
   * Sizes in bytes, and time.
   *
   * @param write content to be written, at most
   * @param undo content that the undo has to keep, at most
   * @param estimatedMs how long it may take
   */
  public record Volume(long write, long undo, long estimatedMs) {}
}
