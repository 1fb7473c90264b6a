package io.salvor.provider.files.target;

import io.salvor.engine.posix.PosixException;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The way from a target's root to the directory that is worked in. For one thread. */
final class NodePath {
  private final DirPool pool;
  private final List<DirPool.Node> way = new ArrayList<>();
  private final Consumer<DirPool.Node> left;

  /** Begins at the root; every node that is left, but the root, is given to {@code left}. */
  NodePath(DirPool pool, Consumer<DirPool.Node> left) throws PosixException {
    this.pool = pool;
    this.left = left;
    way.add(pool.root());
  }

  DirPool.Node top() {
    return way.getLast();
  }

  /** Goes to a directory, which is not followed if it is a link. */
  DirPool.Node to(Key directory) throws PosixException {
    while (!top().key.covers(directory)) {
      left.accept(way.removeLast());
    }
    while (!top().key.equals(directory)) {
      enter(top().key.toward(directory));
    }
    return top();
  }

  /** Goes into a directory of the one at hand. */
  DirPool.Node enter(Key key) throws PosixException {
    DirPool.Node node = pool.open(top(), key);
    way.add(node);
    return node;
  }

  /** Leaves everything but the root. */
  void leaveAll() {
    while (way.size() > 1) {
      left.accept(way.removeLast());
    }
  }
}
