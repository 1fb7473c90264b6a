package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applies steps to a directory tree in one pass. The calling thread enters and leaves directories,
 * makes links, and hands everything else to workers; a directory is finished by whoever is last in
 * it.
 */
final class FilesApplier implements Applier {
  private final DirPool pool;
  private final TargetRoot root;
  private final EntryWriter writer;
  private final Losses losses;
  private final Leaders outcomes;
  private final Workers workers;
  private final Links links;
  private final DirFinisher finisher;
  private final DirWay way;
  private final Set<Key> unfinishedLeaders = ConcurrentHashMap.newKeySet();
  private boolean ended;

  FilesApplier(
      DirPool pool,
      TargetRoot root,
      EntryWriter writer,
      MetadataWriter metadata,
      Comparison comparison,
      Losses losses,
      Outcomes outcomes,
      Workers workers)
      throws PosixException {
    this.pool = pool;
    this.root = root;
    this.writer = writer;
    this.losses = losses;
    this.outcomes = new Leaders(outcomes);
    this.workers = workers;
    this.links = new Links(pool, writer, comparison, this.outcomes);
    this.finisher = new DirFinisher(root, writer, metadata, links, this.outcomes, workers);
    this.way = new DirWay(pool, root, finisher, this.outcomes, workers);
  }

  /** Removes what dead restores have left; those that are gone already do not matter. */
  void clear(List<Key> leftovers) throws IOException {
    NodePath at = new NodePath(pool, DirPool.Node::leave);
    for (Key key : leftovers) {
      try {
        DirPool.Node node = at.to(key.parent());
        Stat before = node.found;
        Dir dir = node.enter();
        try {
          dir.unlink(key.name());
          dir.utimens(before.mtime());
        } finally {
          node.exit();
        }
      } catch (PosixException | DirPool.ReplacedException e) {
        at.leaveAll();
      }
    }
    at.leaveAll();
  }

  @Override
  public void apply(long number, Step step) throws IOException, InterruptedException {
    workers.requireSound();
    Key key = step.key();
    if (key.isRoot()) {
      way.root(number, step);
      return;
    }
    DirWork dir = way.to(key.parent());
    if (dir.node == null) {
      outcomes.failed(
          number, step, ErrorCode.ENTRY_NOT_RESTORED, "the directory it lies in is not there");
      return;
    }
    try {
      requireName(key.name());
      if (isDirectory(step)) {
        way.enter(number, step, dir);
      } else if (step.linkTo() != null) {
        link(number, step, dir, step.linkTo());
      } else {
        delegate(number, step, dir);
      }
    } catch (IOException | RuntimeException | MovedException e) {
      fail(number, step, e);
      if (isDirectory(step)) {
        way.broken(dir, key);
      }
    }
  }

  private static void requireName(byte[] name) {
    boolean dots = (name.length == 1 || name.length == 2) && name[0] == '.';
    if (dots && (name.length == 1 || name[1] == '.')) {
      throw new IllegalArgumentException("its name leads elsewhere");
    }
    for (byte b : name) {
      if (b == '/' || b == 0) {
        throw new IllegalArgumentException("a name with a separator in it");
      }
    }
  }

  private static boolean isDirectory(Step step) {
    LiveItem live = step.live();
    Entry wanted = step.wanted();
    return (live != null && live.entry().kind() == EntryKind.DIRECTORY)
        || (wanted != null && wanted.kind() == EntryKind.DIRECTORY);
  }

  private void fail(long number, Step step, Exception e) throws IOException {
    Trouble.report(outcomes, number, step, e, root.display());
  }

  private void link(long number, Step step, DirWork parent, Key leader)
      throws IOException, InterruptedException, MovedException {
    if (unfinishedLeaders.contains(leader)) {
      workers.drain();
    }
    Stat now = links.make(step, parent, leader);
    if (now != null) {
      outcomes.done(number, step, now);
    } else {
      delegate(number, step, parent);
    }
  }

  private void delegate(long number, Step step, DirWork parent)
      throws IOException, InterruptedException {
    Entry wanted = step.wanted();
    boolean leader = wanted != null && wanted.links() != null;
    if (leader) {
      unfinishedLeaders.add(step.key());
    }
    parent.pending.incrementAndGet();
    Runnable after =
        () -> {
          unfinishedLeaders.remove(step.key());
          finisher.release(parent);
        };
    if (wanted == null || wanted.kind() != EntryKind.FILE) {
      workers.add(() -> one(number, step, parent), after, 0);
    } else if (Workers.isLarge(wanted) && EntryWriter.replaces(step)) {
      workers.addLarge(
          new LargeFile(number, step, wanted, parent, writer, outcomes, root.display()), after);
    } else {
      workers.add(() -> one(number, step, parent), after, wanted.size());
    }
  }

  private void one(long number, Step step, DirWork parent) throws IOException {
    DirPool.Node in = parent.entered();
    try {
      Dir dir = in.enter();
      try {
        one(number, step, parent, dir);
      } finally {
        in.exit();
      }
    } catch (IOException | RuntimeException | MovedException e) {
      fail(number, step, e);
    }
  }

  private void one(long number, Step step, DirWork parent, Dir dir)
      throws IOException, MovedException {
    byte[] name = step.key().name();
    Entry wanted = step.wanted();
    LiveItem live = step.live();
    if (wanted == null) {
      if (live != null) {
        parent.touched = true;
        writer.remove(dir, name, live);
      }
      outcomes.removed(number, step);
      return;
    }
    Stat now;
    if (live == null || EntryWriter.replaces(step)) {
      parent.touched = true;
      now = writer.make(step, wanted, dir, parent.inheritsAcl);
    } else {
      now = writer.change(step, dir, name, wanted, live);
    }
    outcomes.done(number, step, now);
  }

  @Override
  public void finish() throws IOException, InterruptedException {
    ended = true;
    try {
      leaveAll();
      workers.drain();
      workers.requireSound();
    } finally {
      losses.tell(outcomes);
    }
    root.sync(pool);
  }

  private void leaveAll() {
    links.leaveAll();
    way.leaveAll();
  }

  @Override
  public void close() {
    if (!ended) {
      workers.stop();
      leaveAll();
      losses.tell(outcomes);
    }
    workers.close();
    pool.close();
  }
}
