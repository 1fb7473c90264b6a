package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.DirWork.Finish;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The directories on the way to where a restore works at the moment: made, entered and left in the
 * order of keys. For one thread.
 */
final class DirWay {
  private static final byte[] DEFAULT_ACL =
      "system.posix_acl_default".getBytes(StandardCharsets.US_ASCII);
  private static final int FILLING = 0700;

  private final DirPool pool;
  private final TargetRoot root;
  private final DirFinisher finisher;
  private final Outcomes outcomes;
  private final Workers workers;
  private final Deque<DirWork> way = new ArrayDeque<>();

  DirWay(DirPool pool, TargetRoot root, DirFinisher finisher, Outcomes outcomes, Workers workers) {
    this.pool = pool;
    this.root = root;
    this.finisher = finisher;
    this.outcomes = outcomes;
    this.workers = workers;
  }

  /** Begins with a step of the target itself. */
  void root(long number, Step step) throws IOException {
    Entry wanted = step.wanted();
    Finish finish = wanted == null ? Finish.REMOVE : Finish.METADATA;
    DirPool.Node node = pool.root();
    boolean made = step.live() == null;
    if (step.live() != null) {
      try {
        EntryWriter.requireUnmoved(node.found, step.live());
      } catch (MovedException e) {
        fail(number, step, e);
        finish = Finish.NOTHING;
      }
    }
    way.addLast(work(null, Key.ROOT, node, finish, number, step, made));
  }

  private DirWork work(
      @Nullable DirWork parent,
      Key key,
      DirPool.Node node,
      Finish finish,
      long number,
      @Nullable Step step,
      boolean made)
      throws PosixException {
    boolean inherits;
    if (made && parent != null) {
      inherits = parent.inheritsAcl;
    } else {
      Dir dir = node.enter();
      try {
        inherits = dir.getXattr(DEFAULT_ACL) != null;
      } finally {
        node.exit();
      }
    }
    return new DirWork(parent, key, node, finish, number, step, made, inherits);
  }

  /** Leaves and enters directories until this one is at hand. */
  DirWork to(Key directory) throws IOException {
    if (way.isEmpty()) {
      way.addLast(work(null, Key.ROOT, pool.root(), Finish.NOTHING, -1, null, false));
    }
    while (!way.getLast().key.covers(directory)) {
      leave(way.removeLast());
    }
    while (!way.getLast().key.equals(directory)) {
      DirWork at = way.getLast();
      Key next = at.key.toward(directory);
      if (at.node == null) {
        return broken(at, next);
      }
      try {
        DirPool.Node node = pool.open(at.node, next);
        push(at, work(at, next, node, Finish.NOTHING, -1, null, false));
      } catch (PosixException | DirPool.ReplacedException e) {
        return broken(at, next);
      }
    }
    DirWork work = way.getLast();
    if (work.step == null && work.node != null && !work.opened) {
      try {
        work.opened = makeWritable(work.node);
      } catch (PosixException | DirPool.ReplacedException e) {
        // What is to be done in it fails as well, and says so.
      }
    }
    return work;
  }

  /** A directory that becomes one more name of a file needs this thread to make the link. */
  private void leave(DirWork work) {
    if (work.finish == Finish.REPLACE && work.step != null && work.step.linkTo() != null) {
      workers.settle();
    }
    finisher.release(work);
  }

  private void push(DirWork parent, DirWork child) {
    parent.pending.incrementAndGet();
    way.addLast(child);
  }

  /** Goes into a directory that is not there, so that nothing in it is tried. */
  DirWork broken(DirWork parent, Key key) {
    DirWork work = new DirWork(parent, key, null, Finish.NOTHING, -1, null, false, false);
    push(parent, work);
    return work;
  }

  /** Makes or enters the directory of a step, with what is to become of it in the end. */
  void enter(long number, Step step, DirWork parent) throws IOException, MovedException {
    Key key = step.key();
    byte[] name = key.name();
    LiveItem live = step.live();
    boolean wasDirectory = live != null && live.entry().kind() == EntryKind.DIRECTORY;
    boolean becomes = step.wanted() != null && step.wanted().kind() == EntryKind.DIRECTORY;
    DirPool.Node in = parent.entered();
    Dir dir = in.enter();
    boolean made = false;
    try {
      if (!wasDirectory) {
        if (live != null) {
          EntryWriter.requireUnmoved(dir, name, live);
          dir.unlink(name);
        }
        parent.touched = true;
        dir.mkdir(name, FILLING);
        made = true;
      }
    } catch (PosixException e) {
      if (!e.isExists()) {
        throw e;
      }
      // Somebody has made it meanwhile: it is theirs, and what it lacks is still restored.
      fail(number, step, e);
      push(parent, work(parent, key, pool.open(in, key), Finish.NOTHING, -1, null, false));
      return;
    } finally {
      in.exit();
    }
    DirPool.Node node = pool.open(in, key);
    Finish finish =
        !becomes ? (step.wanted() == null ? Finish.REMOVE : Finish.REPLACE) : Finish.METADATA;
    if (wasDirectory && live != null) {
      try {
        EntryWriter.requireUnmoved(node.found, live);
        makeWritable(node);
      } catch (MovedException e) {
        fail(number, step, e);
        finish = Finish.NOTHING;
      }
    }
    push(parent, work(parent, key, node, finish, number, step, made));
  }

  /**
   * As an ordinary user: a directory of one's own that is about to change must be open to oneself.
   */
  private boolean makeWritable(DirPool.Node node) throws PosixException {
    if ((node.found.mode() & FILLING) == FILLING || node.found.uid() != root.user()) {
      return false;
    }
    Dir dir = node.enter();
    try {
      dir.chmod(node.found.mode() | FILLING);
      return true;
    } finally {
      node.exit();
    }
  }

  private void fail(long number, Step step, Exception e) throws IOException {
    Trouble.report(outcomes, number, step, e, root.display());
  }

  /** Leaves everything. */
  void leaveAll() {
    while (!way.isEmpty()) {
      leave(way.removeLast());
    }
  }
}
