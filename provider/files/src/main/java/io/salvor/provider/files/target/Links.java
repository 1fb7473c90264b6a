package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import org.jspecify.annotations.Nullable;

/** Makes entries further names of files that were restored before them. For one thread. */
final class Links {
  private final Descent leaders;
  private final EntryWriter writer;
  private final Leaders outcomes;

  /**
   * @param outcomes what has become of the first names
   */
  Links(DirPool pool, EntryWriter writer, Leaders outcomes) throws PosixException {
    this.outcomes = outcomes;
    this.leaders = new Descent(pool, DirPool.Node::leave);
    this.writer = writer;
  }

  /** Makes a link; null if that cannot be, so that it becomes a file of its own. */
  @Nullable Stat make(Step step, DirWork parent, Key leader) throws PosixException, MovedException {
    DirPool.Node in = parent.entered();
    DirPool.Node leaderNode = leaders.to(leader.parent());
    Dir leaderDir = leaderNode.enter();
    try {
      if (!isSound(leaderDir, leader, step)) {
        return null;
      }
      Dir dir = in.enter();
      try {
        parent.touched = true;
        return writer.link(step, dir, leaderDir, leader.name());
      } catch (PosixException e) {
        if (!e.is(Errno.EMLINK) && !e.is(Errno.EPERM) && !e.isCrossDevice()) {
          throw e;
        }
        // No more names, or no links at all here.
        return null;
      } finally {
        in.exit();
      }
    } finally {
      leaderNode.exit();
    }
  }

  /** Whether the first name has become what this one is to be. */
  private boolean isSound(Dir dir, Key leader, Step step) throws PosixException {
    if (!outcomes.isSound(leader)) {
      return false;
    }
    Entry wanted = step.entry();
    try {
      Stat stat = dir.stat(leader.name());
      boolean file = wanted.kind() == EntryKind.FILE;
      return stat.mtime().equals(wanted.mtime())
          && (!file || stat.size() == wanted.size())
          && LiveEntries.kind(stat.kind()) == wanted.kind();
    } catch (PosixException e) {
      if (e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /** Leaves the directories of the names before. */
  void leaveAll() {
    leaders.leaveAll();
  }
}
