package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * What a restore is made to: the provider's other half. It compares and applies; what is to be done
 * is decided by the engine.
 */
public interface Target extends AutoCloseable {

  /** The provider's name, as it stands in manifests. */
  String provider();

  /** The address in its normal form. */
  String address();

  /** The modes that it has. */
  Set<RestoreMode> modes();

  /** Tells it which of its modes is meant, before anything is planned or applied. */
  default void use(RestoreMode mode) {}

  /** Whether both sides of a conflict can be joined field by field. */
  boolean canMerge();

  /** Whether nothing lies in it, or it is not there at all. */
  boolean isEmpty() throws IOException;

  /** What it holds, in the order of keys; what dead restores have left there is not shown. */
  LiveCursor live(Progress progress) throws IOException;

  /**
   * Keys that are never deleted, nor what lies below them: where other file systems are mounted,
   * and what belongs to Salvor itself.
   */
  List<Key> untouchable() throws IOException;

  /** Temporary entries of dead restores that the last cursor has met. */
  List<Key> leftovers();

  /**
   * In what a live entry differs from what is wanted, exactly; reads the content where metadata do
   * not settle it. Names of one file ({@link EntryField#LINKS}) are not looked at, nor what the
   * caller may not set.
   *
   * @throws UnreadableException if the live entry cannot be read
   */
  Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException;

  /**
   * Looks whether an entry that is to be changed or deleted can be kept for the undo.
   *
   * @throws UnreadableException if it cannot
   */
  void requireReadable(LiveItem live) throws IOException;

  /**
   * In what an entry that was restored differs from what is wanted, its content read from the
   * device as far as the system lets us; {@link EntryField#KIND} if it has gone.
   */
  Set<EntryField> verify(Key key, Entry wanted) throws IOException;

  /** Begins to collect what can be said of a restore before it is made. */
  Feasibility feasibility();

  /**
   * Captures what these steps will change or delete, and nothing else.
   *
   * @param known whether the contents of the plan's entries are in the repository it goes to
   */
  Source undoSource(PlanFile plan, boolean known);

  /** Begins to apply a plan. */
  Applier apply(PlanFile plan, BlobSource blobs, Check check, Progress progress, Outcomes outcomes)
      throws IOException;

  @Override
  void close() throws IOException;

  /** What a target can and cannot take; it is shown every step that applies. */
  interface Feasibility {
    /** The next step. */
    void consider(Step step);

    /**
     * What is lost, in the end.
     *
     * @throws io.salvor.engine.error.SalvorException TARGET_FULL, TARGET_INCOMPATIBLE or
     *     TARGET_UNUSABLE if the restore cannot be made
     */
    Findings findings() throws IOException;
  }

  /**
   * What a person should know ahead.
   *
   * @param irreversible what cannot be restored, or not be undone
   */
  record Findings(List<Notice> warnings, List<Notice> irreversible) {}
}
