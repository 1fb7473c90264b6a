package io.salvor.provider.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import java.util.ArrayList;
import java.util.List;

/**
 * The directories from the source's root to where the walk is. However deep that may be, only the
 * lowest ones and the root are open; coming back to one that was closed, it is reached anew from
 * the nearest open one above it, and every directory on the way has to be the same as before.
 */
final class Descent {
  /** So many directories are open at most, beside those that batches under way hold. */
  static final int MOST_OPEN = 64;

  private final List<Level> levels = new ArrayList<>();

  boolean isEmpty() {
    return levels.isEmpty();
  }

  int depth() {
    return levels.size();
  }

  Level level(int index) {
    return levels.get(index);
  }

  Level lowest() {
    return levels.getLast();
  }

  void push(Level level) {
    levels.add(level);
    int tooFarUp = levels.size() - MOST_OPEN;
    if (tooFarUp > 0) {
      levels.get(tooFarUp).close();
    }
  }

  void pop() {
    levels.removeLast().close();
  }

  /** Closes all of them, from wherever the walk ended. */
  void close() {
    while (!levels.isEmpty()) {
      pop();
    }
  }

  /**
   * The lowest one, open.
   *
   * @throws PosixException also ESTALE, if another directory has taken the place of one above
   */
  SharedDir open() throws PosixException {
    Level lowest = lowest();
    if (lowest.dir == null) {
      reopen();
    }
    SharedDir dir = lowest.dir;
    if (dir == null) {
      throw new IllegalStateException("a directory that is not open");
    }
    return dir;
  }

  /** Closes all but the root and the lowest, when descriptors run short. */
  void closeUpper() {
    for (int i = 1; i < levels.size() - 1; i++) {
      levels.get(i).close();
    }
  }

  private void reopen() throws PosixException {
    int from = levels.size() - 1;
    while (levels.get(from).dir == null) {
      from--;
    }
    for (int i = from + 1; i < levels.size(); i++) {
      SharedDir upper = levels.get(i - 1).dir;
      Level level = levels.get(i);
      if (upper == null) {
        throw new IllegalStateException("a directory that is not open");
      }
      level.dir = new SharedDir(same(upper.dir(), level));
      // Keep the lower half of the window open, for the walk comes up through it.
      int tooFarUp = i - MOST_OPEN;
      if (tooFarUp > 0) {
        levels.get(tooFarUp).close();
      }
    }
  }

  private static Dir same(Dir upper, Level level) throws PosixException {
    Dir dir = upper.openDir(level.name);
    boolean keep = false;
    try {
      keep = dir.statSelf().isSameFile(level.stat);
    } finally {
      if (!keep) {
        dir.close();
      }
    }
    if (!keep) {
      throw new PosixException(Errno.ESTALE, "openDir", level.name);
    }
    return dir;
  }
}
