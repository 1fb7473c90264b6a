package io.salvor.engine.pattern;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.List;

/**
 * Includes that have matched nothing yet, which is mostly a mistake in writing them. For one
 * thread.
 */
public final class Unmatched {
  private record Open(String pattern, Selection alone) {}

  private final List<Open> open = new ArrayList<>();
  private final int all;

  /** Begins; patterns that take something away again are not asked to match. */
  public Unmatched(List<String> include) {
    for (String pattern : include) {
      if (!pattern.startsWith("!")) {
        open.add(new Open(pattern, Selection.of(List.of(pattern), List.of())));
      }
    }
    all = open.size();
  }

  /** Takes note of an entry that was taken. */
  public void see(Key key, boolean directory) {
    if (!open.isEmpty()) {
      open.removeIf(one -> one.alone.of(key, directory) == Verdict.TAKEN);
    }
  }

  /** Those that have matched nothing. */
  public List<String> patterns() {
    return open.stream().map(Open::pattern).toList();
  }

  /** Whether there are includes and none of them has matched anything. */
  public boolean isAll() {
    return all > 0 && open.size() == all;
  }
}
