package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import org.jspecify.annotations.Nullable;

/**
 * One planned change, or a conflict that is left alone.
 *
 * @param wanted what the entry is to become; null if it is to be removed
 * @param live what it is now; null if it is to be made
 * @param linkTo a key before this one that is to be the same file; null if there is none
 */
public record Step(
    Key key,
    Change change,
    Resolution resolution,
    @Nullable Entry wanted,
    @Nullable LiveItem live,
    @Nullable Key linkTo) {

  public Step {
    boolean fits =
        switch (change) {
          case Change.Create c -> wanted != null && live == null;
          case Change.Update u -> wanted != null && live != null;
          case Change.Delete d -> wanted == null && live != null;
        };
    if (!fits) {
      throw new IllegalArgumentException("a step that lacks a side: " + key);
    }
  }

  /** Whether an existing entry differs from what is wanted, however that is resolved. */
  public boolean isConflict() {
    return resolution != Resolution.NONE;
  }

  /** Whether it is to be applied. */
  public boolean applies() {
    return resolution.applies();
  }

  /** The side that tells its kind: what is wanted, else what is live. */
  public Entry entry() {
    if (wanted != null) {
      return wanted;
    }
    if (live != null) {
      return live.entry();
    }
    throw new IllegalStateException("a step without sides");
  }

  Step resolved(Resolution by) {
    return new Step(key, change, by, wanted, live, linkTo);
  }
}
