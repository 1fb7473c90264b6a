package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes entries further names of files that were restored before them. For one thread. */
final class Links {
  private final NodePath leaders;
  private final EntryWriter writer;
  private final Comparison comparison;
  private final Leaders outcomes;

  /**
   * @param outcomes what has become of the first names
   */
  Links(DirPool pool, EntryWriter writer, Comparison comparison, Leaders outcomes)
      throws PosixException {
    this.outcomes = outcomes;
    this.comparison = comparison;
    this.leaders = new NodePath(pool, DirPool.Node::leave);
    this.writer = writer;
  }

  /** Makes a link; null if that cannot be, so that it becomes a file of its own. */
  @Nullable Stat make(Step step, DirWork parent, Key leader) throws IOException, MovedException {
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

  /** Whether the first name has become, or still is, what this one is to be. */
  private boolean isSound(Dir dir, Key leader, Step step) throws IOException {
    if (!outcomes.isSound(leader)) {
      return false;
    }
    Entry wanted = step.entry();
    try {
      Stat stat = dir.stat(leader.name());
      if (!stat.mtime().equals(wanted.mtime()) || LiveEntries.kind(stat.kind()) != wanted.kind()) {
        return false;
      }
      return switch (wanted.kind()) {
        case FILE -> stat.size() == wanted.size() && holds(dir, leader, stat, wanted);
        case SYMLINK -> Arrays.equals(dir.readLink(leader.name()), wanted.target());
        default -> true;
      };
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind() || e.isPermission()) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether a file has the wanted content. One that the plan leaves as it is may have been written
   * to since, and have its old time again: it is read, once.
   */
  private boolean holds(Dir dir, Key leader, Stat stat, Entry wanted) throws IOException {
    if (stat.size() == 0 || outcomes.isKnown(stat)) {
      return true;
    }
    try (FileHandle file = dir.openFile(leader.name())) {
      if (!file.stat().isSameFile(stat) || !comparison.sameContent(file, wanted)) {
        return false;
      }
    }
    outcomes.know(stat);
    return true;
  }

  /** Leaves the directories of the names before. */
  void leaveAll() {
    leaders.leaveAll();
  }
}
