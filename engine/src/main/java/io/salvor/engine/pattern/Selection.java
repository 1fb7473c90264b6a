package io.salvor.engine.pattern;

import io.salvor.engine.tree.Key;
import java.util.List;

/** Which entries are taken: includes and excludes together (see the package). */
public final class Selection {
  /** Everything. */
  public static final Selection ALL = new Selection(PatternList.NONE, PatternList.NONE);

  /** What becomes of an entry. */
  public enum Verdict {
    /** Taken, and with a directory what lies below it, as far as no exclude matches. */
    TAKEN,
    /** A directory that is taken only if something below it is. */
    SEARCHED,
    /** Left out, with all that lies below it. */
    LEFT_OUT
  }

  private final PatternList include;
  private final PatternList exclude;

  private Selection(PatternList include, PatternList exclude) {
    this.include = include;
    this.exclude = exclude;
  }

  /**
   * Reads patterns.
   *
   * @param include empty for everything
   * @throws io.salvor.engine.error.SalvorException BAD_PATTERN for the first that could never match
   */
  public static Selection of(List<String> include, List<String> exclude) {
    return new Selection(PatternList.parse(include), PatternList.parse(exclude));
  }

  /** Whether there is no pattern at all. */
  public boolean isEverything() {
    return include.isEmpty() && exclude.isEmpty();
  }

  /** What becomes of the root, at which a walk begins. */
  public Verdict root() {
    return include.isEmpty() ? Verdict.TAKEN : Verdict.SEARCHED;
  }

  /** What becomes of an entry, given what became of the directory it lies in. */
  public Verdict below(Verdict parent, PathBuffer path, boolean directory) {
    if (parent == Verdict.LEFT_OUT || exclude.matches(path, directory)) {
      return Verdict.LEFT_OUT;
    }
    return included(parent, path, directory);
  }

  /** As {@link #below}, for what an exclude cannot touch: what the user has named as a source. */
  public Verdict included(Verdict parent, PathBuffer path, boolean directory) {
    if (parent == Verdict.TAKEN || include.matches(path, directory)) {
      return Verdict.TAKEN;
    }
    return directory && include.mayMatchBelow(path) ? Verdict.SEARCHED : Verdict.LEFT_OUT;
  }

  /** What becomes of a key, found from the root down: everything above it is a directory. */
  public Verdict of(Key key, boolean directory) {
    Verdict verdict = root();
    PathBuffer path = new PathBuffer();
    List<byte[]> parts = key.parts();
    for (int i = 0; i < parts.size() && verdict != Verdict.LEFT_OUT; i++) {
      path.push(parts.get(i));
      verdict = below(verdict, path, directory || i < parts.size() - 1);
    }
    return verdict;
  }
}
