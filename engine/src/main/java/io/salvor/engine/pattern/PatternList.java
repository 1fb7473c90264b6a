package io.salvor.engine.pattern;

import io.salvor.engine.tree.Key;
import java.util.List;

/** Patterns in order, of which the last that matches decides. */
public final class PatternList {
  /** No pattern. */
  public static final PatternList NONE = new PatternList(List.of());

  private final List<IgnorePattern> patterns;

  private PatternList(List<IgnorePattern> patterns) {
    this.patterns = List.copyOf(patterns);
  }

  /**
   * Reads patterns.
   *
   * @throws io.salvor.engine.error.SalvorException BAD_PATTERN for the first that could never match
   */
  public static PatternList parse(List<String> patterns) {
    return new PatternList(patterns.stream().map(IgnorePattern::parse).toList());
  }

  /** Of patterns that have been read. */
  public static PatternList of(List<IgnorePattern> patterns) {
    return new PatternList(patterns);
  }

  /** Whether there is no pattern. */
  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether the key itself, not only a directory above it, is matched; the root never is. */
  public boolean matches(Key key, boolean directory) {
    PathBuffer path = PathBuffer.of(key);
    return !key.isRoot() && matches(path, directory);
  }

  boolean matches(PathBuffer path, boolean directory) {
    for (int i = patterns.size() - 1; i >= 0; i--) {
      IgnorePattern pattern = patterns.get(i);
      if (pattern.matches(path.bytes(), path.nameStart(), path.length(), directory)) {
        return !pattern.isNegated();
      }
    }
    return false;
  }

  boolean mayMatchBelow(PathBuffer path) {
    int length = path.slashed();
    for (IgnorePattern pattern : patterns) {
      if (!pattern.isNegated() && pattern.mayMatchBelow(path.bytes(), length)) {
        return true;
      }
    }
    return false;
  }
}
