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
      Step step = steps.next();
      if (step == null) {
        return null;
      }
      if (step.applies() && results.wasBegun(steps.number())) {
        Wanted.Expected left =
            new Wanted.Expected(
                step.wanted(), results.digest(steps.number()), results.wasDone(steps.number()));
        Entry before = step.live() == null ? null : before(step, step.live());
        return new Wanted(step.key(), before, false, left);
      }
    }
  }

  @Override
  public boolean isAfterLoss() {
    return false;
  }

  private Entry before(Step step, LiveItem live) throws IOException {
    if (undo != null) {
      undo.skipTo(step.key());
      TreeItem item = undo.peek();
      if (item != null && item.key().equals(step.key())) {
        return EntryCodec.decode(item.key(), item.value());
      }
    }
    // Without an undo only an empty target's own metadata were changed, and they are in the plan.
    return live.entry();
  }
}
