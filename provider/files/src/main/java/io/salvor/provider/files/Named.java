package io.salvor.provider.files;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;

/**
 * A path that the user has named, held open: a directory (a symbolic link to one is followed, for
 * it has been named), or anything else by the directory that it lies in.
 *
 * @param directory whether {@code dir} is what was named
 * @param stat what it was when it was opened
 */
record Named(SourcePath path, SharedDir dir, boolean directory, Stat stat) {

  /**
   * Opens a path.
   *
   * @throws SalvorException SOURCE_MISSING or SOURCE_UNREADABLE
   */
  static Named open(Posix posix, SourcePath path) {
    PosixException reason;
    try {
      Dir dir = posix.openRoot(path.bytes());
      try {
        return new Named(path, new SharedDir(dir), true, dir.statSelf());
      } catch (PosixException e) {
        dir.close();
        throw unreadable(path, e);
      }
    } catch (PosixException e) {
      reason = e;
    }
    if (path.key().isRoot()) {
      throw unreadable(path, reason);
    }
    return inParent(posix, path, reason);
  }

  private static Named inParent(Posix posix, SourcePath path, PosixException reason) {
    Dir parent;
    try {
      parent = posix.openRoot(path.bytes(path.key().depth() - 1));
    } catch (PosixException e) {
      throw e.isNotFound() || e.isWrongKind() ? missing(path, e) : unreadable(path, e);
    }
    boolean keep = false;
    try {
      Stat stat = parent.stat(path.key().name());
      if (stat.kind() == Kind.DIRECTORY) {
        throw unreadable(path, reason);
      }
      keep = true;
      return new Named(path, new SharedDir(parent), false, stat);
    } catch (PosixException e) {
      throw e.isNotFound() || e.isWrongKind() ? missing(path, e) : unreadable(path, e);
    } finally {
      if (!keep) {
        parent.close();
      }
    }
  }

  /** The last part of the path. */
  byte[] name() {
    return path.key().name();
  }

  void close() {
    dir.release();
  }

  private static SalvorException missing(SourcePath path, PosixException reason) {
    return new SalvorException(
        ErrorCode.SOURCE_MISSING,
        "There is no source " + path.text(),
        String.valueOf(reason.getMessage()),
        "Check the path; nothing was backed up",
        reason);
  }

  private static SalvorException unreadable(SourcePath path, PosixException reason) {
    return new SalvorException(
        ErrorCode.SOURCE_UNREADABLE,
        "Cannot read the source " + path.text(),
        String.valueOf(reason.getMessage()),
        "Run as a user who may read it; nothing was backed up",
        reason);
  }
}
