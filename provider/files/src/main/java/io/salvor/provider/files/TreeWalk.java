package io.salvor.provider.files;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.pattern.PathBuffer;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.NameList;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.Capture;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.Found.Flaw;
import io.salvor.provider.files.Found.Ready;
import io.salvor.provider.files.Found.Unread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks one directory in the order of keys: names ascending byte by byte, and all that lies in a
 * directory before the next name beside it. It holds the names of the directories it is in, and
 * nothing else that grows. For one thread.
 */
final class TreeWalk {
  private static final int ATTEMPTS = 3;
  private static final byte[] NO_NAME = new byte[0];

  private final Rules rules;
  private final Metadata metadata;
  private final Capture capture;
  private final Pipeline out;
  private final PathBuffer path;
  private final Descent descent = new Descent();
  private Key key;
  private int pendingLevels;

  /** What the walk keeps to. */
  record Rules(Selection selection, boolean oneFileSystem, LeftOut leftOut) {}

  /**
   * A walk of the directory at {@code top}.
   *
   * @param path the same as {@code top}, for patterns; left as it is found
   */
  TreeWalk(
      Rules rules, Metadata metadata, Capture capture, Pipeline out, Key top, PathBuffer path) {
    this.rules = rules;
    this.metadata = metadata;
    this.capture = capture;
    this.out = out;
    this.key = top;
    this.path = path;
  }

  /**
   * Walks it, its own entry first.
   *
   * @param root held by the caller
   */
  void run(SharedDir root, Verdict verdict) throws IOException {
    try {
      root.hold();
      enter(NO_NAME, root, verdict, false);
      while (!descent.isEmpty()) {
        capture.progress().checkCancelled();
        Level level = descent.lowest();
        if (level.hasNext()) {
          visit(level, level.next());
        } else {
          leave(level);
        }
      }
    } finally {
      descent.close();
    }
  }

  private void leave(Level level) {
    if (level.pending != null) {
      pendingLevels--;
    }
    descent.pop();
    if (!descent.isEmpty()) {
      key = key.parent();
      path.pop();
    }
  }

  private void visit(Level level, int index) throws IOException {
    byte[] name = level.names.get(index);
    Kind hint = level.names.kindHint(index);
    Selection selection = rules.selection();
    path.push(name);
    // What is left out is not even looked at: it may be what cannot be looked at.
    if (hint != null
        && selection.below(level.verdict, path, hint == Kind.DIRECTORY) == Verdict.LEFT_OUT) {
      path.pop();
      return;
    }
    boolean entered = false;
    try {
      entered = look(level, name, hint);
    } finally {
      if (!entered) {
        path.pop();
      }
    }
  }

  /** Whether the walk has gone down into it. */
  private boolean look(Level level, byte[] name, @Nullable Kind hint) throws IOException {
    if (key.encoded().length + 2 * name.length + 1 > Key.MAX_ENCODED) {
      fail(name, ErrorCode.ENTRY_UNSUPPORTED, "its path, and others beside it, exceed 1 MiB");
      level.giveUp();
      return false;
    }
    SharedDir dir;
    try {
      dir = descent.open();
    } catch (PosixException e) {
      fail(
          name,
          ErrorCode.ENTRY_CHANGED,
          "its directory was moved while it was walked; from here on it was not read: "
              + e.getMessage());
      level.giveUp();
      return false;
    }
    Key child = key.child(name);
    Flaw flaw = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        Stat stat = dir.dir().stat(name);
        boolean directory = stat.kind() == Kind.DIRECTORY;
        Verdict verdict = rules.selection().below(level.verdict, path, directory);
        if (verdict == Verdict.LEFT_OUT) {
          return false;
        }
        if (!directory) {
          found(child, dir, name, stat);
          return false;
        }
        return directory(level, child, dir, name, stat, verdict);
      } catch (PosixException e) {
        flaw = Flaw.of(e);
        if (!e.isWrongKind()) {
          break;
        }
        // It was a directory when it was looked at, and none when it was opened: look again.
      }
    }
    if (flaw != null) {
      handOver(Ready.failed(child, flaw));
    }
    return false;
  }

  private void found(Key child, SharedDir dir, byte[] name, Stat stat) throws IOException {
    handOverPending();
    Entry unchanged = metadata.unchanged(capture.previous(child), stat);
    out.add(unchanged != null ? Ready.of(child, unchanged) : new Unread(child, dir, name, stat));
  }

  private boolean directory(
      Level level, Key child, SharedDir dir, byte[] name, Stat stat, Verdict verdict)
      throws IOException {
    if (rules.leftOut().contains(stat)) {
      return false;
    }
    boolean elsewhere = rules.oneFileSystem() && !stat.isSameMount(level.stat);
    if (elsewhere) {
      closed(child, dir, name, stat, verdict, List.of());
      return false;
    }
    Dir opened;
    try {
      opened = open(dir, name);
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind()) {
        throw e;
      }
      closed(child, dir, name, stat, Verdict.TAKEN, List.of(Flaw.of(e)));
      return false;
    }
    key = child;
    boolean entered = enter(name, new SharedDir(opened), verdict, true);
    if (!entered) {
      key = child.parent();
    }
    return entered;
  }

  private Dir open(SharedDir dir, byte[] name) throws PosixException {
    try {
      return dir.dir().openDir(name);
    } catch (PosixException e) {
      if (!e.isTooManyOpen()) {
        throw e;
      }
      descent.closeUpper();
      return dir.dir().openDir(name);
    }
  }

  /** A directory of which only its own entry is taken. */
  private void closed(
      Key child, SharedDir dir, byte[] name, Stat stat, Verdict verdict, List<Flaw> why)
      throws IOException {
    if (verdict == Verdict.SEARCHED) {
      return;
    }
    List<Flaw> flaws = new ArrayList<>(why);
    handOverPending();
    Entry entry = metadata.unchanged(capture.previous(child), stat);
    if (entry == null) {
      entry = metadata.withXattrs(metadata.begin(stat), dir.dir(), name, flaws).build();
    }
    out.add(new Ready(child, entry, flaws));
  }

  /** Goes down into the directory at {@code key}, which takes over the hold on {@code dir}. */
  private boolean enter(byte[] name, SharedDir dir, Verdict verdict, boolean optional)
      throws IOException {
    boolean entered = false;
    try {
      Stat stat = dir.dir().statSelf();
      if (rules.leftOut().contains(stat)) {
        return false;
      }
      List<Flaw> flaws = new ArrayList<>();
      NameList names = null;
      try {
        names = dir.dir().list().sort();
      } catch (PosixException e) {
        flaws.add(Flaw.of(e));
      }
      boolean pending = optional && verdict == Verdict.SEARCHED && names != null;
      if (!pending) {
        handOverPending();
      }
      Ready own = own(dir, stat, pending, flaws);
      if (!pending) {
        out.add(own);
      }
      if (names == null) {
        return false;
      }
      descent.push(new Level(name, stat, names, verdict, pending ? own : null, dir));
      pendingLevels += pending ? 1 : 0;
      entered = true;
      return true;
    } finally {
      if (!entered) {
        dir.release();
      }
    }
  }

  private Ready own(SharedDir dir, Stat stat, boolean pending, List<Flaw> flaws) {
    // A pending one meets its predecessor when it is handed over: keys have to ascend.
    Entry entry = pending ? null : metadata.unchanged(capture.previous(key), stat);
    if (entry == null) {
      entry = metadata.directory(stat, dir.dir(), flaws);
    }
    return new Ready(key, entry, flaws);
  }

  private void handOver(Ready ready) throws IOException {
    handOverPending();
    out.add(ready);
  }

  private void handOverPending() throws IOException {
    if (pendingLevels == 0) {
      return;
    }
    for (int i = 0; i < descent.depth(); i++) {
      Level level = descent.level(i);
      Ready own = level.pending;
      if (own != null) {
        level.pending = null;
        Entry unchanged = metadata.unchanged(capture.previous(own.key()), level.stat);
        out.add(unchanged != null ? Ready.of(own.key(), unchanged) : own);
      }
    }
    pendingLevels = 0;
  }

  private void fail(byte[] name, ErrorCode code, String message) throws IOException {
    handOver(Ready.failed(key.child(name), new Flaw(code, message)));
  }
}
