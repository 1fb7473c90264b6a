package io.salvor.provider.files.target;

import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.NameList;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.UnreadableException;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Walks a target in the order of keys, descending by handles and only where it is asked to. Holds
 * the names of the directories on its way.
 */
final class LiveWalk implements LiveCursor {
  /** What the walk passes over. */
  interface Avoided {
    boolean test(Stat stat);
  }

  private static final class Frame {
    final DirPool.Node node;
    final NameList names;
    int next;

    Frame(DirPool.Node node, NameList names) {
      this.node = node;
      this.names = names;
    }
  }

  private final DirPool pool;
  private final LiveEntries entries;
  private final Avoided avoided;
  private final Predicate<String> isDead;
  private final BiConsumer<Key, Boolean> temporary;
  private final Deque<Frame> way = new ArrayDeque<>();
  private @Nullable Key next = Key.ROOT;
  private DirPool.@Nullable Node taken;

  /**
   * Begins.
   *
   * @param isDead whether the restore of an id has ended
   * @param temporary is told of every temporary entry that is not shown, and whether it is a dead
   *     restore's
   */
  LiveWalk(
      DirPool pool,
      LiveEntries entries,
      Avoided avoided,
      Predicate<String> isDead,
      BiConsumer<Key, Boolean> temporary) {
    this.pool = pool;
    this.entries = entries;
    this.avoided = avoided;
    this.isDead = isDead;
    this.temporary = temporary;
  }

  @Override
  public @Nullable Key peek() throws IOException {
    if (next != null) {
      return next;
    }
    descend();
    while (!way.isEmpty()) {
      Frame frame = way.getLast();
      if (frame.next == frame.names.size()) {
        way.removeLast().node.leave();
        continue;
      }
      byte[] name = frame.names.get(frame.next++);
      Key key = frame.node.key.child(name);
      String restore = TemporaryName.restoreOf(name);
      if (restore == null) {
        next = key;
        return key;
      }
      temporary.accept(key, isDead.test(restore));
    }
    return null;
  }

  private void descend() throws PosixException {
    DirPool.Node node = taken;
    taken = null;
    if (node == null) {
      return;
    }
    Dir dir = enter(node);
    try {
      way.addLast(new Frame(node, dir.list().sort()));
    } finally {
      node.exit();
    }
  }

  private static Dir enter(DirPool.Node node) throws PosixException {
    try {
      return node.enter();
    } catch (DirPool.ReplacedException e) {
      throw new SalvorException(
          ErrorCode.TARGET_MOVED,
          "The directory " + node.key + " was replaced while it was looked at",
          "somebody works in the target at this moment",
          "run it again when the target is at rest",
          e);
    }
  }

  @Override
  public @Nullable LiveItem take() throws IOException {
    Key key = peek();
    if (key == null) {
      return null;
    }
    next = null;
    try {
      return take(key);
    } catch (PosixException e) {
      if (key.isRoot() || !(e.isPermission() || e.is(Errno.EFBIG))) {
        throw e;
      }
      throw new UnreadableException(String.valueOf(e.getMessage()), e);
    }
  }

  private @Nullable LiveItem take(Key key) throws PosixException {
    if (key.isRoot()) {
      DirPool.Node root = pool.root();
      Dir dir = enter(root);
      try {
        LiveItem item = entries.look(key, dir);
        taken = root;
        return item;
      } finally {
        root.exit();
      }
    }
    DirPool.Node node = way.getLast().node;
    byte[] name = key.name();
    Dir dir = enter(node);
    LiveItem item;
    try {
      item = entries.look(key, dir, name);
    } finally {
      node.exit();
    }
    if (item != null && item.entry().kind() == EntryKind.DIRECTORY) {
      return directory(node, key);
    }
    return item;
  }

  private @Nullable LiveItem directory(DirPool.Node parent, Key key) throws PosixException {
    try {
      DirPool.Node node = pool.open(parent, key);
      if (avoided.test(node.found)) {
        node.leave();
        return null;
      }
      Dir dir = enter(node);
      LiveItem item;
      try {
        item = entries.look(key, dir);
      } finally {
        node.exit();
      }
      taken = node;
      return item;
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind()) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public boolean holds(BiPredicate<Key, Boolean> test) {
    return taken != null && new LiveSearch(pool, avoided, test).below(taken);
  }

  @Override
  public void prune() {
    DirPool.Node node = taken;
    taken = null;
    if (node != null) {
      node.leave();
    }
  }

  @Override
  public void skip() throws IOException {
    peek();
    next = null;
  }

  @Override
  public void close() {
    prune();
    while (!way.isEmpty()) {
      way.removeLast().node.leave();
    }
  }
}
