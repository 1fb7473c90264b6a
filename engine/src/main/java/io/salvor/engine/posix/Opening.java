package io.salvor.engine.posix;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How descriptors are opened: one component at a time, beneath a directory, never by a link. */
final class Opening {

  private static final int BENEATH =
      Sys.RESOLVE_BENEATH | Sys.RESOLVE_NO_SYMLINKS | Sys.RESOLVE_NO_MAGICLINKS;
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY;
  private static final int FILE = Sys.O_NONBLOCK | Sys.O_NOCTTY;

  /** Leaves room for what the kernel adds to a path of 4,096 bytes. */
  private static final int PIECE = 4000;

  private final KernelFeatures features;

  Opening(KernelFeatures features) {
    this.features = features;
  }

  KernelFeatures features() {
    return features;
  }

  /** Opens a user's path, following links, piece by piece when it is too long for one call. */
  static int root(byte[] path) throws PosixException {
    try (Scratch scratch = Scratch.borrow()) {
      int directory = Sys.AT_FDCWD;
      int from = 0;
      try {
        while (path.length - from > PIECE) {
          int cut = lastSeparator(path, from, from + PIECE);
          if (cut <= from) {
            throw new PosixException(Errno.ENAMETOOLONG, "open", path);
          }
          int next = follow(scratch, directory, path, from, cut, Sys.O_PATH | Sys.O_DIRECTORY);
          if (directory != Sys.AT_FDCWD) {
            scratch.call(Sys.CLOSE, directory);
          }
          directory = next;
          from = cut;
          while (from < path.length && path[from] == '/') {
            from++; // else the rest would be an absolute path
          }
        }
        if (from > 0 && from == path.length) {
          return follow(scratch, directory, new byte[] {'.'}, 0, 1, DIRECTORY);
        }
        return follow(scratch, directory, path, from, path.length, DIRECTORY);
      } finally {
        if (directory != Sys.AT_FDCWD) {
          scratch.call(Sys.CLOSE, directory);
        }
      }
    }
  }

  private static int lastSeparator(byte[] path, int from, int to) {
    int at = to;
    while (at > from && path[at] != '/') {
      at--;
    }
    return at;
  }

  private static int follow(
      Scratch scratch, int directory, byte[] path, int from, int to, int flags)
      throws PosixException {
    byte[] piece = Arrays.copyOfRange(path, from, to);
    long address = scratch.path(piece, "open");
    long result = scratch.call(Sys.OPENAT, directory, address, flags | Sys.O_CLOEXEC, 0);
    return (int) Scratch.check(result, "open", path);
  }

  /** Opens a directory in a directory. */
  int directory(Scratch scratch, int directory, byte[] name) throws PosixException {
    long address = scratch.name(name, "openDir");
    return (int) Scratch.check(open(scratch, directory, address, DIRECTORY), "openDir", name);
  }

  /** Opens a regular file to read; without touching its access time where that is permitted. */
  int forReading(Scratch scratch, int directory, byte[] name) throws PosixException {
    long address = scratch.name(name, "open");
    long result = open(scratch, directory, address, Sys.O_RDONLY | Sys.O_NOATIME | FILE);
    if (result == -Errno.EPERM.number()) {
      result = open(scratch, directory, address, Sys.O_RDONLY | FILE);
    }
    return fileOnly(scratch, (int) Scratch.check(result, "open", name), name);
  }

  /** Opens a regular file to read and write; with {@code /proc}, nothing else is even touched. */
  int forWriting(Scratch scratch, int directory, byte[] name) throws PosixException {
    long address = scratch.name(name, "open");
    int flags = Sys.O_RDWR | FILE;
    if (!features.proc()) {
      long result = open(scratch, directory, address, flags);
      return fileOnly(scratch, (int) Scratch.check(result, "open", name), name);
    }
    int pinned = pin(scratch, directory, name, "open");
    try {
      Kind kind = Statx.kind(scratch, pinned);
      if (kind != Kind.FILE) {
        throw wrongKind(kind, name);
      }
      long path = scratch.path(magicLink(pinned), "open");
      long result = scratch.call(Sys.OPENAT, Sys.AT_FDCWD, path, flags | Sys.O_CLOEXEC, 0);
      return (int) Scratch.check(result, "open", name);
    } finally {
      scratch.call(Sys.CLOSE, pinned);
    }
  }

  /** Makes a regular file. */
  static int create(Scratch scratch, int directory, byte[] name, int mode) throws PosixException {
    long address = scratch.name(name, "create");
    int flags = Sys.O_RDWR | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW | Sys.O_CLOEXEC;
    long result = scratch.call(Sys.OPENAT, directory, address, flags, mode & 07777);
    return (int) Scratch.check(result, "create", name);
  }

  /** A descriptor that stands for an entry without opening it; a link's own, not its target's. */
  int pin(Scratch scratch, int directory, byte[] name, String operation) throws PosixException {
    long address = scratch.name(name, operation);
    long result =
        scratch.call(
            Sys.OPENAT, directory, address, Sys.O_PATH | Sys.O_NOFOLLOW | Sys.O_CLOEXEC, 0);
    return (int) Scratch.check(result, operation, name);
  }

  /** Sets a mode without following a link, on kernels that have no call for it. */
  void chmod(Scratch scratch, int directory, byte[] name, int mode) throws PosixException {
    int pinned = pin(scratch, directory, name, "chmod");
    try {
      if (!features.proc() || Statx.kind(scratch, pinned) == Kind.SYMLINK) {
        throw new PosixException(Errno.EOPNOTSUPP, "chmod", name);
      }
      long path = scratch.path(magicLink(pinned), "chmod");
      long result = scratch.call(Sys.FCHMODAT, Sys.AT_FDCWD, path, mode & 07777);
      Scratch.check(result, "chmod", name);
    } finally {
      scratch.call(Sys.CLOSE, pinned);
    }
  }

  /** The path by which a descriptor of this process is reached. */
  static byte[] magicLink(int descriptor) {
    return RawNames.of("/proc/self/fd/" + descriptor);
  }

  private long open(Scratch scratch, int directory, long name, int flags) {
    int whole = flags | Sys.O_NOFOLLOW;
    return features.openat2()
        ? openat2(scratch, directory, name, whole, BENEATH)
        : scratch.call(Sys.OPENAT, directory, name, whole | Sys.O_CLOEXEC, 0);
  }

  static long openat2(Scratch scratch, int directory, long path, int flags, int resolve) {
    scratch.putLong(Scratch.STRUCT, flags | Sys.O_CLOEXEC);
    scratch.putLong(Scratch.STRUCT + 8, 0);
    scratch.putLong(Scratch.STRUCT + 16, resolve);
    return scratch.call(
        Sys.OPENAT2, directory, path, scratch.at(Scratch.STRUCT), Sys.OPEN_HOW_SIZE);
  }

  private static int fileOnly(Scratch scratch, int descriptor, byte[] name) throws PosixException {
    boolean keep = false;
    try {
      Kind kind = Statx.kind(scratch, descriptor);
      if (kind != Kind.FILE) {
        throw wrongKind(kind, name);
      }
      keep = true;
      return descriptor;
    } finally {
      if (!keep) {
        scratch.call(Sys.CLOSE, descriptor);
      }
    }
  }

  private static PosixException wrongKind(@Nullable Kind kind, byte[] name) {
    Errno errno =
        kind == Kind.DIRECTORY ? Errno.EISDIR : kind == Kind.SYMLINK ? Errno.ELOOP : Errno.ENXIO;
    return new PosixException(errno, "open", name);
  }
}
