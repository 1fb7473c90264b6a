package io.salvor.provider.files.target;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Directories below a target, each reached from its parent by handle. At most {@link #MAX_OPEN}
 * idle ones stay open, whatever the depth; one that was closed is opened again by way of its
 * parents, and must be the same directory still. Safe for several threads.
 */
final class DirPool implements AutoCloseable {
  static final int MAX_OPEN = 160;

  private final Dir root;
  private final InPlace inPlace;
  private final Set<Node> open = new LinkedHashSet<>();

  /** Takes the root over, and closes it in the end. */
  DirPool(Dir root, InPlace inPlace) {
    this.root = root;
    this.inPlace = inPlace;
  }

  /** The target itself. */
  Node root() throws PosixException {
    return new Node(null, Key.ROOT, root, root.statSelf());
  }

  /** Opens a directory in another. */
  synchronized Node open(Node parent, Key key) throws PosixException {
    Dir in = parent.enter();
    Dir dir;
    try {
      dir = below(in, key);
    } finally {
      parent.exit();
    }
    try {
      Node node = new Node(parent, key, dir, dir.statSelf());
      opened(node);
      return node;
    } catch (PosixException e) {
      dir.close();
      throw e;
    }
  }

  private Dir below(Dir in, Key key) throws PosixException {
    Dir linked = inPlace.open(key);
    return linked == null ? in.openDir(key.name()) : linked;
  }

  private void opened(Node node) {
    open.add(node);
    Iterator<Node> idle = open.iterator();
    while (open.size() > MAX_OPEN && idle.hasNext()) {
      Node oldest = idle.next();
      if (oldest.users == 0 && oldest != node && oldest.dir != null) {
        oldest.dir.close();
        oldest.dir = null;
        idle.remove();
      }
    }
  }

  @Override
  public synchronized void close() {
    for (Node node : open) {
      if (node.dir != null) {
        node.dir.close();
        node.dir = null;
      }
    }
    open.clear();
    root.close();
  }

  /** A directory that is open, or can be opened again. */
  final class Node {
    final @Nullable Node parent;
    final Key key;
    final Stat found;
    private @Nullable Dir dir;
    private int users;

    private Node(@Nullable Node parent, Key key, Dir dir, Stat found) {
      this.parent = parent;
      this.key = key;
      this.dir = dir;
      this.found = found;
    }

    /** The directory, which stays open until {@link #exit}. */
    Dir enter() throws PosixException {
      synchronized (DirPool.this) {
        Dir now = dir;
        if (now == null) {
          now = reopen();
        }
        users++;
        return now;
      }
    }

    void exit() {
      synchronized (DirPool.this) {
        users--;
      }
    }

    /** Closes it for good. */
    void leave() {
      synchronized (DirPool.this) {
        if (parent != null && dir != null) {
          dir.close();
          dir = null;
          open.remove(this);
        }
      }
    }

    private Dir reopen() throws PosixException {
      List<Node> closed = new ArrayList<>();
      Node at = this;
      while (at.dir == null && at.parent != null) {
        closed.add(at);
        at = at.parent;
      }
      Dir below = at.dir;
      for (Node node : closed.reversed()) {
        if (below == null) {
          throw new IllegalStateException("the target itself is closed");
        }
        below = below(below, node.key);
        node.dir = below;
        opened(node);
        if (!below.statSelf().isSameFile(node.found)) {
          node.leave();
          throw new ReplacedException();
        }
      }
      if (below == null) {
        throw new IllegalStateException("the target itself is closed");
      }
      return below;
    }
  }

  /** A directory is no longer the one that was entered. */
  static final class ReplacedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplacedException() {
      super("the directory was replaced by another");
    }
  }
}
