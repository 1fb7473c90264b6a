package io.salvor.engine.pattern;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.charset.StandardCharsets;

/** One pattern (see the package). Paths are relative, their parts joined by {@code /}. */
public final class IgnorePattern {
  private final String text;
  private final boolean negated;
  private final boolean directoriesOnly;
  private final boolean whole;
  private final Glob glob;

  private IgnorePattern(
      String text, boolean negated, boolean directoriesOnly, boolean whole, Glob glob) {
    this.text = text;
    this.negated = negated;
    this.directoriesOnly = directoriesOnly;
    this.whole = whole;
    this.glob = glob;
  }

  /**
   * Reads a pattern.
   *
   * @throws SalvorException BAD_PATTERN, with the position, if it could never match
   */
  public static IgnorePattern parse(String text) {
    return parse(text, text.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #parse(String)}, of any bytes. */
  public static IgnorePattern parse(byte[] bytes) {
    return parse(new String(bytes, StandardCharsets.UTF_8), bytes);
  }

  private static IgnorePattern parse(String text, byte[] bytes) {
    int from = 0;
    int to = withoutTrailingSpaces(bytes);
    if (to > 0 && bytes[0] == '#') {
      throw bad(text, 0, "it begins a comment", "Write \\# for a name that begins with #");
    }
    boolean negated = to > 0 && bytes[0] == '!';
    if (negated) {
      from++;
    }
    boolean directoriesOnly = to > from && bytes[to - 1] == '/';
    if (directoriesOnly) {
      to--;
    }
    boolean whole = false;
    for (int i = from; i < to; i++) {
      whole |= bytes[i] == '/';
    }
    if (to > from && bytes[from] == '/') {
      from++;
    }
    if (from == to) {
      throw bad(text, from, "it is empty", "Name a file, a directory or a wildcard");
    }
    try {
      return new IgnorePattern(
          text, negated, directoriesOnly, whole, Glob.compile(bytes, from, to, whole));
    } catch (GlobSyntaxException e) {
      int characters = new String(bytes, 0, e.position(), StandardCharsets.UTF_8).length();
      throw bad(
          text, characters, e.why(), "Write a backslash before what is to be taken literally");
    }
  }

  private static int withoutTrailingSpaces(byte[] bytes) {
    int end = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 1 < bytes.length) {
        i++;
        end = i + 1;
      } else if (bytes[i] != ' ') {
        end = i + 1;
      }
    }
    return end;
  }

  private static SalvorException bad(String text, int position, String why, String remedy) {
    return new SalvorException(
        ErrorCode.BAD_PATTERN,
        "The pattern '" + text + "' is not valid",
        "At position " + (position + 1) + ": " + why,
        remedy);
  }

  /** Whether it takes back what an earlier pattern matched. */
  public boolean isNegated() {
    return negated;
  }

  /**
   * Whether it matches this path itself; what lies below a matched directory is not its business.
   *
   * @param nameStart where the last part of the path begins
   * @param length of the path within the array
   */
  boolean matches(byte[] path, int nameStart, int length, boolean directory) {
    return (directory || !directoriesOnly) && glob.matches(path, whole ? 0 : nameStart, length);
  }

  /** Whether it may match something below a directory, whose path here ends with a slash. */
  boolean mayMatchBelow(byte[] path, int length) {
    return !whole || glob.mayMatchBeyond(path, 0, length);
  }

  @Override
  public String toString() {
    return text;
  }
}
