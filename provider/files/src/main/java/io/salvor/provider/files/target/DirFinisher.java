package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;

/**
 * Gives directories what comes when all in them is done: their own metadata, their old time, or
 * their end. Used by whichever thread is last in one.
 */
final class DirFinisher {
  private final TargetRoot root;
  private final EntryWriter writer;
  private final MetadataWriter metadata;
  private final Links links;
  private final Leaders outcomes;
  private final Workers workers;

  DirFinisher(
      TargetRoot root,
      EntryWriter writer,
      MetadataWriter metadata,
      Links links,
      Leaders outcomes,
      Workers workers) {
    this.root = root;
    this.writer = writer;
    this.metadata = metadata;
    this.links = links;
    this.outcomes = outcomes;
    this.workers = workers;
  }

  /** One thing less to wait for in a directory, which is finished when there is none left. */
  void release(DirWork dir) {
    DirWork at = dir;
    while (at != null && at.pending.decrementAndGet() == 0) {
      try {
        finish(at);
      } catch (IOException | RuntimeException e) {
        workers.fail(e);
      }
      at = at.parent;
    }
  }

  private void finish(DirWork work) throws IOException {
    DirPool.Node node = work.node;
    if (node == null) {
      return;
    }
    Step step = work.step;
    try {
      switch (work.finish) {
        case NOTHING -> putBack(work, node);
        case METADATA -> {
          if (step != null && step.wanted() != null) {
            settle(work, node, step, step.wanted());
          }
        }
        case REMOVE, REPLACE -> {
          if (step != null) {
            remove(work, node, step);
          }
        }
      }
    } catch (IOException | RuntimeException | MovedException e) {
      if (step == null) {
        if (!(e instanceof PosixException)) {
          throw new IOException(e.getMessage(), e);
        }
        // A directory that is not in the plan is not as it was found.
        outcomes.incomplete(
            work.key.toString(),
            ErrorCode.ENTRY_NOT_RESTORED,
            "its mode or time could not be put back: " + e.getMessage());
      } else {
        Trouble.report(outcomes, work.number, step, e, root.display());
      }
    } finally {
      node.leave();
    }
  }

  /** What is not in the plan stays as it was, its mode and time included. */
  private static void putBack(DirWork work, DirPool.Node node) throws PosixException {
    if (work.touched || work.opened) {
      Dir dir = node.enter();
      try {
        if (work.opened) {
          dir.chmod(node.found.mode());
        }
        if (work.touched) {
          dir.utimens(node.found.mtime());
        }
      } finally {
        node.exit();
      }
    }
  }

  private void settle(DirWork work, DirPool.Node node, Step step, Entry wanted)
      throws PosixException {
    if (workers.hasStopped() && work.made) {
      // What lies in it is not complete, so it is not either.
      return;
    }
    Dir dir = node.enter();
    try {
      Stat now = metadata.apply(step.key(), dir, wanted, !work.made || work.inheritsAcl);
      outcomes.done(work.number, step, now);
    } finally {
      node.exit();
    }
  }

  private void remove(DirWork work, DirPool.Node node, Step step)
      throws IOException, MovedException {
    if (workers.hasStopped()) {
      return;
    }
    DirWork parent = work.parent;
    if (parent == null) {
      root.remove();
      outcomes.removed(work.number, step);
      return;
    }
    DirPool.Node in = parent.entered();
    Dir dir = in.enter();
    try {
      parent.touched = true;
      dir.rmdir(step.key().name());
      if (step.wanted() == null) {
        outcomes.removed(work.number, step);
      } else {
        Stat now = replace(step, step.wanted(), parent, dir);
        outcomes.done(work.number, step, now);
      }
    } catch (PosixException e) {
      if (e.isNotEmpty() || e.isExists() || e.is(Errno.EBUSY)) {
        throw new MovedException("it holds something that is not in the plan, and stays");
      }
      throw e;
    } finally {
      in.exit();
    }
  }

  /** Makes what comes in the place of a directory that has just been removed. */
  private Stat replace(Step step, Entry wanted, DirWork parent, Dir dir)
      throws IOException, MovedException {
    Key leader = step.linkTo();
    Step make = new Step(step.key(), new Change.Create(), step.resolution(), wanted, null, leader);
    Stat linked = leader == null ? null : links.make(make, parent, leader);
    return linked != null ? linked : writer.make(make, wanted, dir, parent.inheritsAcl);
  }
}
