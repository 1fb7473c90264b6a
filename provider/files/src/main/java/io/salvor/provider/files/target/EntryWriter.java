package io.salvor.provider.files.target;

import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.Capabilities;
import io.salvor.engine.posix.Capability;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.RenameMode;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Step;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes, changes and removes single entries that are no directories. Safe for several threads. */
final class EntryWriter {
  private static final Set<EntryField> IN_PLACE =
      EnumSet.of(
          EntryField.MODE,
          EntryField.OWNER,
          EntryField.GROUP,
          EntryField.MTIME,
          EntryField.XATTRS,
          EntryField.ACL);

  private final FileContent content;
  private final MetadataWriter metadata;
  private final TemporaryName names;
  private final boolean renameModes;
  private final InPlace inPlace;

  EntryWriter(
      FileContent content,
      MetadataWriter metadata,
      TemporaryName names,
      Capabilities can,
      InPlace inPlace) {
    this.inPlace = inPlace;
    this.content = content;
    this.metadata = metadata;
    this.names = names;
    this.renameModes = can.has(Capability.RENAME_MODES);
  }

  /** Whether a step makes a new file or other entry, rather than changing the one that is there. */
  static boolean replaces(Step step) {
    return switch (step.change()) {
      case Change.Create c -> true;
      case Change.Update(Set<EntryField> fields) -> !IN_PLACE.containsAll(fields);
      case Change.Delete d -> false;
    };
  }

  /**
   * Tests that what is live is still what the plan says.
   *
   * @throws MovedException if it is not
   */
  static void requireUnmoved(Dir dir, byte[] name, LiveItem live)
      throws PosixException, MovedException {
    Stat now;
    try {
      now = dir.stat(name);
    } catch (PosixException e) {
      if (e.isNotFound()) {
        throw new MovedException("it has gone since the plan was made");
      }
      throw e;
    }
    requireUnmoved(now, live);
  }

  static void requireUnmoved(Stat now, LiveItem live) throws MovedException {
    boolean severalNames = live.entry().links() != null;
    if (!FileFingerprint.of(live.fingerprint()).stillIs(now, severalNames)) {
      throw new MovedException("it has changed since the plan was made");
    }
  }

  /**
   * Changes the metadata of what is there; of a file by its handle, for by its name another one
   * that has been put there meanwhile would get the owner and the set-id bits.
   */
  Stat change(Step step, Dir dir, byte[] name, Entry wanted, LiveItem live)
      throws PosixException, MovedException {
    requireUnmoved(dir, name, live);
    try (FileHandle file = wanted.kind() == EntryKind.FILE ? readable(dir, name) : null) {
      if (file != null) {
        requireUnmoved(file.stat(), live);
        return metadata.apply(step.key(), file, wanted, true);
      }
    }
    return metadata.apply(step.key(), dir, name, wanted, true);
  }

  /** Opens a file; null if that is not allowed, as to an ordinary user, who gives nobody rights. */
  private static @Nullable FileHandle readable(Dir dir, byte[] name) throws PosixException {
    try {
      return dir.openFile(name);
    } catch (PosixException e) {
      if (e.isPermission()) {
        return null;
      }
      throw e;
    }
  }

  /** Removes what is there; that it has gone already is what was wanted. */
  void remove(Dir dir, byte[] name, LiveItem live) throws PosixException, MovedException {
    Stat now;
    try {
      now = dir.stat(name);
    } catch (PosixException e) {
      if (e.isNotFound()) {
        return;
      }
      throw e;
    }
    requireUnmoved(now, live);
    dir.unlink(name);
  }

  /** A new file under its temporary name, or the one that is there while it is patched. */
  final class Draft {
    final FileHandle file;
    private final Step step;
    private final Entry wanted;
    private final Dir dir;
    private final byte[] temporary;
    private final boolean reconcile;
    private final @Nullable FileHandle patched;
    final @Nullable FileHandle old;

    private Draft(Step step, Entry wanted, Dir dir, boolean reconcile)
        throws PosixException, MovedException {
      this.step = step;
      this.wanted = wanted;
      this.dir = dir;
      this.reconcile = reconcile;
      this.temporary = names.next();
      this.patched = patched();
      this.old = patched == null ? old() : null;
      if (patched != null) {
        this.file = patched;
        return;
      }
      try {
        this.file = dir.createFile(temporary, 0600);
      } catch (PosixException e) {
        closeOld();
        throw e;
      }
    }

    private @Nullable FileHandle patched() throws PosixException, MovedException {
      LiveItem live = step.live();
      if (live == null || !inPlace.patches(step)) {
        return null;
      }
      requireUnmoved(dir, step.key().name(), live);
      FileHandle there;
      try {
        there = dir.openForWrite(step.key().name());
      } catch (PosixException e) {
        // Not writable for us: then another takes its place.
        return null;
      }
      try {
        requireUnmoved(there.stat(), live);
        return there;
      } catch (PosixException | MovedException e) {
        there.close();
        throw e;
      }
    }

    private @Nullable FileHandle old() throws PosixException, MovedException {
      LiveItem live = step.live();
      if (live == null) {
        return null;
      }
      requireUnmoved(dir, step.key().name(), live);
      if (live.entry().kind() != EntryKind.FILE || live.entry().size() == 0) {
        return null;
      }
      try {
        return dir.openFile(step.key().name());
      } catch (PosixException e) {
        // Not readable for us: then everything is fetched.
        return null;
      }
    }

    void write(long from, long to) throws IOException {
      if (patched == null) {
        content.write(file, wanted, from, to, old);
      } else {
        content.patch(file, wanted, from, to);
      }
    }

    /** Gives it its metadata and its name. */
    Stat finish() throws PosixException, MovedException {
      long size = file.stat().size();
      if (patched == null ? size < wanted.size() : size != wanted.size()) {
        file.truncate(wanted.size());
      }
      metadata.apply(step.key(), file, wanted, reconcile || patched != null);
      if (patched == null) {
        place(dir, temporary, step);
      }
      return file.stat();
    }

    /** Closes everything, and takes an unfinished one away. */
    void close(boolean finished) throws PosixException {
      closeOld();
      file.close();
      if (!finished && patched == null) {
        discard(dir, temporary);
      }
    }

    private void closeOld() {
      if (old != null) {
        old.close();
      }
    }
  }

  Draft draft(Step step, Entry wanted, Dir dir, boolean reconcile)
      throws PosixException, MovedException {
    return new Draft(step, wanted, dir, reconcile);
  }

  /** Makes an entry, in place of what is there if it is an update. */
  Stat make(Step step, Entry wanted, Dir dir, boolean reconcile)
      throws IOException, MovedException {
    if (wanted.kind() == EntryKind.FILE) {
      Draft draft = draft(step, wanted, dir, reconcile);
      boolean finished = false;
      try {
        draft.write(0, Long.MAX_VALUE);
        Stat now = draft.finish();
        finished = true;
        return now;
      } finally {
        draft.close(finished);
      }
    }
    byte[] name = step.key().name();
    if (step.live() == null) {
      makeSpecial(dir, name, wanted);
      return metadata.apply(step.key(), dir, name, wanted, reconcile);
    }
    requireUnmoved(dir, name, step.live());
    byte[] temporary = names.next();
    boolean finished = false;
    try {
      makeSpecial(dir, temporary, wanted);
      metadata.apply(step.key(), dir, temporary, wanted, reconcile);
      place(dir, temporary, step);
      finished = true;
    } finally {
      if (!finished) {
        discard(dir, temporary);
      }
    }
    return dir.stat(name);
  }

  /** Makes an entry one more name of a file. */
  Stat link(Step step, Dir dir, Dir leaderDir, byte[] leader)
      throws PosixException, MovedException {
    byte[] name = step.key().name();
    if (step.live() == null) {
      dir.link(leaderDir, leader, name);
      return dir.stat(name);
    }
    if (dir.stat(name).isSameFile(leaderDir.stat(leader))) {
      return dir.stat(name);
    }
    requireUnmoved(dir, name, step.live());
    byte[] temporary = names.next();
    boolean finished = false;
    dir.link(leaderDir, leader, temporary);
    try {
      place(dir, temporary, step);
      finished = true;
    } finally {
      if (!finished) {
        discard(dir, temporary);
      }
    }
    return dir.stat(name);
  }

  private static void makeSpecial(Dir dir, byte[] name, Entry wanted) throws PosixException {
    Device device = wanted.device() == null ? new Device(0, 0) : wanted.device();
    switch (wanted.kind()) {
      case SYMLINK -> dir.symlink(wanted.target() == null ? new byte[0] : wanted.target(), name);
      case FIFO -> dir.mknod(name, Kind.FIFO, 0600, 0, 0);
      case SOCKET -> dir.mknod(name, Kind.SOCKET, 0600, 0, 0);
      case CHARACTER_DEVICE -> dir.mknod(name, Kind.CHAR, 0600, device.major(), device.minor());
      case BLOCK_DEVICE -> dir.mknod(name, Kind.BLOCK, 0600, device.major(), device.minor());
      case FILE, DIRECTORY, TABLE, DEFINITION, UNKNOWN ->
          throw new IllegalArgumentException("a kind that this version does not make");
    }
  }

  /** Gives a temporary its name, only if there is what the plan says, and only at that moment. */
  private void place(Dir dir, byte[] temporary, Step step) throws PosixException, MovedException {
    byte[] name = step.key().name();
    LiveItem live = step.live();
    if (live == null || live.entry().kind() == EntryKind.DIRECTORY) {
      // A directory that was there has been removed before.
      renameNew(dir, temporary, name);
      return;
    }
    if (!renameModes) {
      requireUnmoved(dir, name, live);
      dir.rename(temporary, dir, name);
      return;
    }
    // What is known to have changed does not even for a moment lie under a name that is removed.
    requireUnmoved(dir, name, live);
    try {
      dir.rename(temporary, dir, name, RenameMode.EXCHANGE);
    } catch (PosixException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      requireUnmoved(dir, name, live);
      dir.rename(temporary, dir, name);
      return;
    }
    if (FileFingerprint.of(live.fingerprint()).sameData(dir.stat(temporary))) {
      dir.unlink(temporary);
    } else {
      dir.rename(temporary, dir, name, RenameMode.EXCHANGE);
      throw new MovedException("it has changed since the plan was made");
    }
  }

  private void renameNew(Dir dir, byte[] temporary, byte[] name) throws PosixException {
    if (renameModes) {
      try {
        dir.rename(temporary, dir, name, RenameMode.NO_REPLACE);
        return;
      } catch (PosixException e) {
        if (!e.is(Errno.EINVAL)) {
          throw e;
        }
      }
    }
    // This file system cannot: a link does not replace anything either.
    dir.link(dir, temporary, name);
    dir.unlink(temporary);
  }

  private static void discard(Dir dir, byte[] temporary) throws PosixException {
    try {
      dir.unlink(temporary);
    } catch (PosixException e) {
      if (!e.isNotFound() && !e.is(Errno.EISDIR)) {
        throw e;
      }
    }
  }
}
