package io.salvor.engine.restore;

import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.tree.Key;
import java.util.List;

/** Which entries a restore is about. */
@FunctionalInterface
public interface Scope {
  /** Everything. */
  Scope ALL = (key, directory) -> Verdict.TAKEN;

  /** What becomes of an entry; asked for it after the directories that it lies in. */
  Verdict of(Key key, boolean directory);

  /** What patterns select. */
  static Scope of(Selection patterns) {
    return patterns.isEverything() ? ALL : patterns::of;
  }

  /**
   * Some entries and all below them; what leads to them is only made where it is missing. So a
   * backup of several paths goes back to where it came from.
   */
  static Scope within(List<Key> tops) {
    List<Key> all = List.copyOf(tops);
    return (key, directory) -> {
      if (all.stream().anyMatch(top -> top.covers(key))) {
        return Verdict.TAKEN;
      }
      boolean leads = directory && all.stream().anyMatch(key::covers);
      return leads ? Verdict.SEARCHED : Verdict.LEFT_OUT;
    };
  }

  /** What both take. */
  default Scope and(Scope other) {
    return (key, directory) -> {
      Verdict here = of(key, directory);
      Verdict there = other.of(key, directory);
      if (here == Verdict.LEFT_OUT || there == Verdict.LEFT_OUT) {
        return Verdict.LEFT_OUT;
      }
      return here == Verdict.TAKEN ? there : here;
    };
  }
}
