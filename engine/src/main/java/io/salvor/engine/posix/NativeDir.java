package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A directory by its descriptor. */
final class NativeDir extends NativeHandle implements Dir {

  private static final int NOFOLLOW = Sys.AT_SYMLINK_NOFOLLOW;

  private final Opening opening;
  private final Xattrs xattrs;
  private final Object listing = new Object();

  NativeDir(int number, Opening opening, Xattrs xattrs) {
    super(number);
    this.opening = opening;
    this.xattrs = xattrs;
  }

  private static NativeDir ours(Dir dir) {
    if (dir instanceof NativeDir ours) {
      return ours;
    }
    throw new IllegalArgumentException("a directory of another Posix: " + dir.getClass());
  }

  @Override
  public Dir openDir(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      return new NativeDir(opening.directory(scratch, fd(), name), opening, xattrs);
    }
  }

  @Override
  public NameList list() throws PosixException {
    // The position belongs to the descriptor: one listing at a time.
    synchronized (listing) {
      try (Scratch scratch = enter()) {
        Scratch.check(scratch.call(Sys.LSEEK, fd(), 0, Sys.SEEK_SET), "list", null);
        NameList names = new NameList();
        while (true) {
          long data = scratch.at(Scratch.DATA);
          long filled = scratch.call(Sys.GETDENTS64, fd(), data, Scratch.DATA_SIZE);
          if (Scratch.check(filled, "list", null) == 0) {
            return names;
          }
          addNames(names, scratch.memory(), Scratch.DATA, Scratch.DATA + filled);
        }
      }
    }
  }

  /** Reads {@code struct linux_dirent64}: inode 8, position 8, length 2, type 1, name, NUL. */
  private static void addNames(NameList names, MemorySegment memory, long from, long to) {
    long at = from;
    while (at < to) {
      int length = memory.get(JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
      int type = memory.get(JAVA_BYTE, at + 18);
      long name = at + 19;
      int end = 0;
      while (memory.get(JAVA_BYTE, name + end) != 0) {
        end++;
      }
      if (!isDots(memory, name, end)) {
        names.add(memory, name, end, Kind.ofDirectoryType(type));
      }
      at += length;
    }
  }

  private static boolean isDots(MemorySegment memory, long name, int length) {
    return length <= 2
        && memory.get(JAVA_BYTE, name) == '.'
        && (length == 1 || memory.get(JAVA_BYTE, name + 1) == '.');
  }

  @Override
  public Stat stat(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      return Statx.of(scratch, fd(), name);
    }
  }

  @Override
  public byte[] readLink(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "readlink");
      long data = scratch.at(Scratch.DATA);
      long length = scratch.call(Sys.READLINKAT, fd(), path, data, Scratch.DATA_SIZE);
      return scratch.data((int) Scratch.check(length, "readlink", name));
    }
  }

  @Override
  public FileHandle openFile(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      return new NativeFile(opening.forReading(scratch, fd(), name));
    }
  }

  @Override
  public FileHandle createFile(byte[] name, int mode) throws PosixException {
    try (Scratch scratch = enter()) {
      return new NativeFile(Opening.create(scratch, fd(), name, mode));
    }
  }

  @Override
  public FileHandle openForWrite(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      return new NativeFile(opening.forWriting(scratch, fd(), name));
    }
  }

  @Override
  public void mkdir(byte[] name, int mode) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "mkdir");
      Scratch.check(scratch.call(Sys.MKDIRAT, fd(), path, mode & 07777), "mkdir", name);
    }
  }

  @Override
  public void symlink(byte[] target, byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "symlink");
      long to = scratch.second(target, "symlink");
      Scratch.check(scratch.call(Sys.SYMLINKAT, to, fd(), path), "symlink", name);
    }
  }

  @Override
  public void link(Dir fromDir, byte[] from, byte[] to) throws PosixException {
    NativeDir source = ours(fromDir);
    try (Scratch scratch = enter();
        Scratch other = source.enter()) {
      long old = other.name(from, "link");
      long path = scratch.name(to, "link");
      Scratch.check(scratch.call(Sys.LINKAT, source.fd(), old, fd(), path, 0), "link", to);
    }
  }

  @Override
  public void mknod(byte[] name, Kind kind, int mode, int major, int minor) throws PosixException {
    if (kind == Kind.DIRECTORY || kind == Kind.SYMLINK) {
      throw new PosixException(Errno.EINVAL, "mknod", name);
    }
    if ((major & ~0xfff) != 0 || (minor & ~0xfffff) != 0) {
      throw new PosixException(Errno.EINVAL, "mknod", name);
    }
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "mknod");
      int type = kind.bits() | (mode & 07777);
      long device = Sys.device(major, minor);
      Scratch.check(scratch.call(Sys.MKNODAT, fd(), path, type, device), "mknod", name);
    }
  }

  @Override
  public void rename(byte[] from, Dir toDir, byte[] to, RenameMode mode) throws PosixException {
    NativeDir target = ours(toDir);
    try (Scratch scratch = enter();
        Scratch other = target.enter()) {
      long old = scratch.name(from, "rename");
      long path = other.name(to, "rename");
      long result = scratch.call(Sys.RENAMEAT2, fd(), old, target.fd(), path, mode.flags());
      Scratch.check(result, "rename", from);
    }
  }

  @Override
  public void unlink(byte[] name) throws PosixException {
    remove(name, "unlink", 0);
  }

  @Override
  public void rmdir(byte[] name) throws PosixException {
    remove(name, "rmdir", Sys.AT_REMOVEDIR);
  }

  private void remove(byte[] name, String operation, int flags) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, operation);
      Scratch.check(scratch.call(Sys.UNLINKAT, fd(), path, flags), operation, name);
    }
  }

  @Override
  public void chown(byte[] name, long uid, long gid) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "chown");
      long result = scratch.call(Sys.FCHOWNAT, fd(), path, owner(uid), owner(gid), NOFOLLOW);
      Scratch.check(result, "chown", name);
    }
  }

  @Override
  public void chmod(byte[] name, int mode) throws PosixException {
    try (Scratch scratch = enter()) {
      if (opening.features().fchmodat2()) {
        long path = scratch.name(name, "chmod");
        long result = scratch.call(Sys.FCHMODAT2, fd(), path, mode & 07777, NOFOLLOW);
        Scratch.check(result, "chmod", name);
      } else {
        opening.chmod(scratch, fd(), name, mode);
      }
    }
  }

  @Override
  public void utimens(byte[] name, PosixTime mtime) throws PosixException {
    try (Scratch scratch = enter()) {
      long path = scratch.name(name, "utimens");
      long times = times(scratch, mtime);
      Scratch.check(scratch.call(Sys.UTIMENSAT, fd(), path, times, NOFOLLOW), "utimens", name);
    }
  }

  @Override
  public List<byte[]> listXattr(byte[] name) throws PosixException {
    try (Scratch scratch = enter()) {
      return xattrs.list(scratch, fd(), name);
    }
  }

  @Override
  public byte @Nullable [] getXattr(byte[] name, byte[] attribute) throws PosixException {
    try (Scratch scratch = enter()) {
      return xattrs.get(scratch, fd(), name, attribute);
    }
  }

  @Override
  public void setXattr(byte[] name, byte[] attribute, byte[] value) throws PosixException {
    try (Scratch scratch = enter()) {
      xattrs.set(scratch, fd(), name, attribute, value);
    }
  }

  @Override
  public void removeXattr(byte[] name, byte[] attribute) throws PosixException {
    try (Scratch scratch = enter()) {
      xattrs.remove(scratch, fd(), name, attribute);
    }
  }

  @Override
  public void syncFileSystem() throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.SYNCFS, fd()), "syncfs", null);
    }
  }

  @Override
  public FileSystemInfo statfs() throws PosixException {
    try (Scratch scratch = enter()) {
      return Statfs.of(scratch, fd());
    }
  }
}
