package io.salvor.provider.files.target;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.NameList;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.tree.Key;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Looks ahead at what lies below a directory. For one search and one thread. */
final class LiveSearch {
  private final DirPool pool;
  private final LiveWalk.Avoided avoided;
  private final BiPredicate<Key, Boolean> test;
  private final Deque<Level> below = new ArrayDeque<>();

  private static final class Level {
    final DirPool.Node node;
    @Nullable NameList names;
    int next;

    Level(DirPool.Node node) {
      this.node = node;
    }
  }

  LiveSearch(DirPool pool, LiveWalk.Avoided avoided, BiPredicate<Key, Boolean> test) {
    this.pool = pool;
    this.avoided = avoided;
    this.test = test;
  }

  /** Whether anything below passes the test, is avoided, or cannot be looked at. */
  boolean below(DirPool.Node top) {
    below.addLast(new Level(top));
    try {
      while (!below.isEmpty()) {
        if (findsHere(below.getLast(), top)) {
          return true;
        }
      }
      return false;
    } catch (PosixException | DirPool.ReplacedException e) {
      return true;
    } finally {
      while (!below.isEmpty()) {
        leave(top);
      }
    }
  }

  private void leave(DirPool.Node top) {
    DirPool.Node node = below.removeLast().node;
    if (node != top) {
      node.leave();
    }
  }

  /** Goes on until something is found, a directory is entered, or this one is left. */
  private boolean findsHere(Level level, DirPool.Node top) throws PosixException {
    Dir dir = level.node.enter();
    try {
      NameList names = level.names;
      if (names == null) {
        names = dir.list().sort();
        level.names = names;
      }
      while (level.next < names.size()) {
        byte[] name = names.get(level.next++);
        Key key = level.node.key.child(name);
        boolean directory = dir.stat(name).kind() == Kind.DIRECTORY;
        if (TemporaryName.restoreOf(name) == null && test.test(key, directory)) {
          return true;
        }
        if (directory) {
          DirPool.Node node = pool.open(level.node, key);
          below.addLast(new Level(node));
          return avoided.test(node.found);
        }
      }
    } finally {
      level.node.exit();
    }
    leave(top);
    return false;
  }
}
