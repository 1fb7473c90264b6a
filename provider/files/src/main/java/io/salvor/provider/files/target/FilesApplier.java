package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Change;
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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies steps to a directory tree in one pass. The calling thread enters and leaves directories,
 * makes links, and hands everything else to workers; a directory is finished by whoever is last in
 * it.
 */
final class FilesApplier implements Applier {
  private static final byte[] DEFAULT_ACL =
      "system.posix_acl_default".getBytes(StandardCharsets.US_ASCII);
  private static final int FILLING = 0700;

  private final DirPool pool;
  private final TargetRoot root;
  private final EntryWriter writer;
  private final MetadataWriter metadata;
  private final Losses losses;
  private final Outcomes outcomes;
  private final Workers workers;
  private final Descent leaders;
  private final Set<Key> unfinishedLeaders = ConcurrentHashMap.newKeySet();
  private final Deque<DirWork> way = new ArrayDeque<>();
  private boolean ended;

  FilesApplier(
      DirPool pool,
      TargetRoot root,
      EntryWriter writer,
      MetadataWriter metadata,
      Losses losses,
      Outcomes outcomes,
      Workers workers)
      throws PosixException {
    this.pool = pool;
    this.root = root;
    this.writer = writer;
    this.metadata = metadata;
    this.losses = losses;
    this.outcomes = outcomes;
    this.workers = workers;
    this.leaders = new Descent(pool, DirPool.Node::leave);
  }

  /** Removes what dead restores have left; those that are gone already do not matter. */
  void clear(List<Key> leftovers) throws IOException {
    for (Key key : leftovers) {
      try {
        DirPool.Node node = leaders.to(key.parent());
        Stat before = node.found;
        Dir dir = node.enter();
        try {
          dir.unlink(key.name());
          dir.utimens(before.mtime());
        } finally {
          node.exit();
        }
      } catch (PosixException | DirPool.ReplacedException e) {
        leaders.leaveAll();
      }
    }
    leaders.leaveAll();
  }

  @Override
  public void apply(long number, Step step) throws IOException, InterruptedException {
    workers.requireSound();
    Key key = step.key();
    if (key.isRoot()) {
      root(number, step);
      return;
    }
    if (way.isEmpty()) {
      way.addLast(work(null, Key.ROOT, pool.root(), Finish.NOTHING, -1, null, false));
    }
    DirWork dir = descend(key.parent());
    if (dir.node == null) {
      outcomes.failed(
          number, step, ErrorCode.ENTRY_NOT_RESTORED, "the directory it lies in is not there");
      return;
    }
    try {
      requireName(key.name());
      if (isDirectory(step)) {
        enter(number, step, dir);
      } else if (step.linkTo() != null) {
        link(number, step, dir, step.linkTo());
      } else {
        delegate(number, step, dir);
      }
    } catch (IOException | RuntimeException | MovedException e) {
      fail(number, step, e);
      if (isDirectory(step)) {
        broken(dir, key);
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

  private void root(long number, Step step) throws IOException {
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
  private DirWork descend(Key directory) throws IOException {
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
    return way.getLast();
  }

  /** A directory that becomes one more name of a file needs this thread to make the link. */
  private void leave(DirWork work) {
    if (work.finish == Finish.REPLACE && work.step != null && work.step.linkTo() != null) {
      workers.settle();
    }
    release(work);
  }

  private void push(DirWork parent, DirWork child) {
    parent.pending.incrementAndGet();
    way.addLast(child);
  }

  private DirWork broken(DirWork parent, Key key) {
    DirWork work = new DirWork(parent, key, null, Finish.NOTHING, -1, null, false, false);
    push(parent, work);
    return work;
  }

  private void enter(long number, Step step, DirWork parent) throws IOException, MovedException {
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
  private void makeWritable(DirPool.Node node) throws PosixException {
    if ((node.found.mode() & FILLING) == FILLING || node.found.uid() != root.user()) {
      return;
    }
    Dir dir = node.enter();
    try {
      dir.chmod(node.found.mode() | FILLING);
    } finally {
      node.exit();
    }
  }

  private void link(long number, Step step, DirWork parent, Key leader)
      throws IOException, InterruptedException, MovedException {
    if (unfinishedLeaders.contains(leader)) {
      workers.drain();
    }
    Stat now = tryLink(step, parent, leader);
    if (now != null) {
      outcomes.done(number, step, FileFingerprint.of(now).encode());
    } else {
      delegate(number, step, parent);
    }
  }

  /** Makes a link; null if that cannot be, so that it becomes a file of its own. */
  private @Nullable Stat tryLink(Step step, DirWork parent, Key leader)
      throws PosixException, MovedException {
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
  private static boolean isSound(Dir dir, Key leader, Step step) throws PosixException {
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
          release(parent);
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
    outcomes.done(number, step, FileFingerprint.of(now).encode());
  }

  /** One thing less to wait for in a directory, which is finished when there is none left. */
  private void release(DirWork dir) {
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
        // Only the time of a directory that is not in the plan could not be put back.
      } else {
        fail(work.number, step, e);
      }
    } finally {
      node.leave();
    }
  }

  /** What is not in the plan stays as it was, its time included. */
  private static void putBack(DirWork work, DirPool.Node node) throws PosixException {
    if (work.touched) {
      Dir dir = node.enter();
      try {
        dir.utimens(node.found.mtime());
      } finally {
        node.exit();
      }
    }
  }

  private void settle(DirWork work, DirPool.Node node, Step step, Entry wanted)
      throws PosixException {
    if (workers.hasFailed() && work.made) {
      // What lies in it is not complete, so it is not either.
      return;
    }
    Dir dir = node.enter();
    try {
      Stat now = metadata.apply(step.key(), dir, wanted, !work.made || work.inheritsAcl);
      outcomes.done(work.number, step, FileFingerprint.of(now).encode());
    } finally {
      node.exit();
    }
  }

  private void remove(DirWork work, DirPool.Node node, Step step)
      throws IOException, MovedException {
    if (workers.hasFailed()) {
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
        outcomes.done(work.number, step, FileFingerprint.of(now).encode());
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
    Stat linked = leader == null ? null : tryLink(make, parent, leader);
    return linked != null ? linked : writer.make(make, wanted, dir, parent.inheritsAcl);
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
    leaders.leaveAll();
    while (!way.isEmpty()) {
      leave(way.removeLast());
    }
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
