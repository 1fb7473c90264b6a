package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import io.salvor.engine.tree.Tree;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the entry that a path means. */
final class EntryChoice {
  private EntryChoice() {}

  /**
   * The key of the path, which has an entry or something below it. A path may also begin with the
   * source directory, as a person sees it on the disk.
   *
   * @throws SalvorException ENTRY_UNKNOWN
   */
  static Key find(Tree tree, Backup backup, String path) throws IOException {
    Key key = parse(path);
    if (isThere(tree, key)) {
      return key;
    }
    String source = backup.manifest().origin().source();
    if (path.startsWith(source + "/") || path.equals(source)) {
      Key below = parse(path.substring(source.length()));
      if (isThere(tree, below)) {
        return below;
      }
    }
    throw unknown(
        backup,
        path,
        nearest(tree, key) + " is there, what follows is not",
        "see `salvor ls " + backup.id() + "`, or `salvor find` for a name");
  }

  /** Reads a path as {@code ls} prints it. */
  static Key parse(@Nullable String path) {
    try {
      return path == null ? Key.ROOT : KeyText.parse(path);
    } catch (IllegalArgumentException e) {
      throw Words.usage(
          "\"" + path + "\" is not a path",
          "a backslash is not followed by \\ or by x and two digits",
          "write it as `salvor ls` prints it: a backslash is \\\\, other bytes are \\xNN");
    }
  }

  static SalvorException unknown(Backup backup, String path, String why, String remedy) {
    return new SalvorException(
        ErrorCode.ENTRY_UNKNOWN,
        "There is no such entry in backup " + backup.id() + ": " + path,
        why,
        remedy);
  }

  private static boolean isThere(Tree tree, Key key) throws IOException {
    return tree.find(key) != null || tree.below(key).peek() != null;
  }

  private static String nearest(Tree tree, Key key) throws IOException {
    Key above = key;
    while (!above.isRoot()) {
      above = above.parent();
      if (isThere(tree, above)) {
        break;
      }
    }
    return above.isRoot() ? "the source" : above.toString();
  }
}
