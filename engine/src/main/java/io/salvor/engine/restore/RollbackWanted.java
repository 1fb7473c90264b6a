package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a rolled back restore wants: what its undo holds, and nothing where it was to create. It
 * expects to find what that restore has left.
 */
final class RollbackWanted implements Wanted.Cursor {
  private final PlanFile.Steps steps;
  private final @Nullable TreeCursor undo;
  private final RestoreLog.Results results;
  private @Nullable Step ahead;

  /**
   * Begins.
   *
   * @param steps of the restore that is rolled back
   * @param undo its undo, null if it has none
   * @param results of its steps
   */
  RollbackWanted(PlanFile.Steps steps, @Nullable TreeCursor undo, RestoreLog.Results results) {
    this.steps = steps;
    this.undo = undo;
    this.results = results;
  }

  @Override
  public @Nullable Wanted next() throws IOException {
    while (true) {
      Step step = ahead;
      if (step == null) {
        step = steps.next();
        ahead = step;
      }
      Wanted beside = beside(step);
      if (beside != null) {
        return beside;
      }
      if (step == null) {
        return null;
      }
      ahead = null;
      TreeItem before = before(step);
      if (step.applies() && results.wasBegun(steps.number())) {
        Wanted.Expected left =
            new Wanted.Expected(
                step.wanted(), results.digest(steps.number()), results.wasDone(steps.number()));
        if (step.live() == null) {
          return new Wanted(step.key(), null, false, left);
        }
        // Without an undo only an empty target's own metadata were changed, and they are in the
        // plan; what had gone before the undo was made has not been changed.
        if (undo == null) {
          return new Wanted(step.key(), step.live().entry(), false, left);
        }
        if (before != null) {
          Entry entry = EntryCodec.decode(before.key(), before.value());
          return new Wanted(step.key(), entry, false, left);
        }
      }
    }
  }

  /**
   * The next before a step that the undo holds without a step of its own: what had to be taken away
   * and put back for the sake of others, and is made again if it is missing. Null if there is none.
   */
  private @Nullable Wanted beside(@Nullable Step step) throws IOException {
    if (undo == null || results.intent() == 0) {
      return null;
    }
    TreeItem item = undo.peek();
    if (item == null) {
      return null;
    }
    int order = step == null ? -1 : item.key().compareTo(step.key());
    if (order >= 0) {
      return null;
    }
    undo.next();
    return new Wanted(item.key(), EntryCodec.decode(item.key(), item.value()), true, null);
  }

  @Override
  public boolean isAfterLoss() {
    return false;
  }

  /** What the undo holds under a step's key, which it then has behind it. */
  private @Nullable TreeItem before(Step step) throws IOException {
    if (undo == null) {
      return null;
    }
    undo.skipTo(step.key());
    TreeItem item = undo.peek();
    return item != null && item.key().equals(step.key()) ? undo.next() : null;
  }
}
