package io.salvor.engine.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open directory. Every name is one component in it (see the package), and no method follows a
 * symbolic link that the name is or has meanwhile become.
 */
public interface Dir extends Handle {

  /** Metadata of the directory itself. */
  default Stat statSelf() throws PosixException {
    return stat();
  }

  /**
   * Opens a directory in this one; a link or anything else gives {@code ELOOP} or {@code ENOTDIR}.
   */
  Dir openDir(byte[] name) throws PosixException;

  /**
   * All names but {@code .} and {@code ..}, in the order of the file system, read from the start.
   * Takes a few bytes more per name than the name itself.
   */
  NameList list() throws PosixException;

  /** Metadata of an entry. */
  Stat stat(byte[] name) throws PosixException;

  /** Target of a symbolic link, as it is; {@code EINVAL} for anything else. */
  byte[] readLink(byte[] name) throws PosixException;

  /**
   * Opens a regular file for reading, without changing its access time where permitted, and never
   * waits for the other end of a fifo. Anything but a regular file is refused with an error for
   * which {@link PosixException#isWrongKind()} holds. Ask {@link #stat} first all the same: opening
   * a device can have effects of its own.
   */
  FileHandle openFile(byte[] name) throws PosixException;

  /** Makes a regular file and opens it to read and write; {@code EEXIST} when the name is taken. */
  FileHandle createFile(byte[] name, int mode) throws PosixException;

  /** Opens an existing regular file to read and write, content untouched; else as openFile. */
  FileHandle openForWrite(byte[] name) throws PosixException;

  /** Makes a directory; the umask takes bits from the mode. */
  void mkdir(byte[] name, int mode) throws PosixException;

  /** Makes a symbolic link; the target is taken as it is. */
  void symlink(byte[] target, byte[] name) throws PosixException;

  /** Makes {@code to} in this directory a hard link of {@code from} in {@code fromDir}. */
  void link(Dir fromDir, byte[] from, byte[] to) throws PosixException;

  /** Makes a fifo, socket, device node or empty file; the umask takes bits from the mode. */
  void mknod(byte[] name, Kind kind, int mode, int major, int minor) throws PosixException;

  /** Renames within a file system, replacing what is there. */
  default void rename(byte[] from, Dir toDir, byte[] to) throws PosixException {
    rename(from, toDir, to, RenameMode.REPLACE);
  }

  /** Renames within a file system. */
  void rename(byte[] from, Dir toDir, byte[] to, RenameMode mode) throws PosixException;

  /** Removes a name that is no directory. */
  void unlink(byte[] name) throws PosixException;

  /** Removes an empty directory. */
  void rmdir(byte[] name) throws PosixException;

  /** Sets owner and group of an entry; −1 leaves one as it is. Clears set-id bits. */
  void chown(byte[] name, long uid, long gid) throws PosixException;

  /** Sets the mode of an entry, whatever the umask; a link's gives {@code EOPNOTSUPP}. */
  void chmod(byte[] name, int mode) throws PosixException;

  /** Sets the modification time of an entry and leaves the access time. */
  void utimens(byte[] name, PosixTime mtime) throws PosixException;

  /** As {@link Handle#listXattr()}, of an entry. */
  List<byte[]> listXattr(byte[] name) throws PosixException;

  /** As {@link Handle#getXattr(byte[])}, of an entry. */
  byte @Nullable [] getXattr(byte[] name, byte[] attribute) throws PosixException;

  /** As {@link Handle#setXattr(byte[], byte[])}, of an entry. */
  void setXattr(byte[] name, byte[] attribute, byte[] value) throws PosixException;

  /** As {@link Handle#removeXattr(byte[])}, of an entry. */
  void removeXattr(byte[] name, byte[] attribute) throws PosixException;

  /** Room and nature of the file system this directory lies in. */
  FileSystemInfo statfs() throws PosixException;

  /**
   * Makes everything written to the file system of this directory durable, and reports a failed
   * write of any of it ({@code syncfs}, reporting since 5.8): for many files much cheaper than
   * {@link #sync} of each. {@code EOPNOTSUPP} without {@link Capability#FILE_SYSTEM_SYNC}.
   */
  void syncFileSystem() throws PosixException;

  /** Whether another mount (or, where mounts are not told, another device) begins at this entry. */
  default boolean isMountPoint(byte[] name) throws PosixException {
    return !stat().isSameMount(stat(name));
  }
}
