package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.jspecify.annotations.Nullable;

/** {@code statx(2)} and how its struct reads. */
final class Statx {

  private static final byte[] EMPTY = new byte[0];

  private Statx() {}

  /** Metadata of a name in a directory, not followed. */
  static Stat of(Scratch scratch, int directory, byte[] name) throws PosixException {
    long path = scratch.name(name, "stat");
    int flags = Sys.AT_SYMLINK_NOFOLLOW | Sys.AT_NO_AUTOMOUNT;
    Scratch.check(call(scratch, directory, path, flags, Sys.STATX_ALL), "stat", name);
    return read(scratch, name);
  }

  /** Metadata of an open descriptor. */
  static Stat of(Scratch scratch, int descriptor) throws PosixException {
    long path = scratch.path(EMPTY, "stat");
    Scratch.check(call(scratch, descriptor, path, Sys.AT_EMPTY_PATH, Sys.STATX_ALL), "stat", null);
    return read(scratch, null);
  }

  /** Kind of what a descriptor is open on; null for one unknown. */
  static @Nullable Kind kind(Scratch scratch, int descriptor) throws PosixException {
    long path = scratch.path(EMPTY, "stat");
    Scratch.check(call(scratch, descriptor, path, Sys.AT_EMPTY_PATH, Sys.STATX_TYPE), "stat", null);
    return Kind.ofMode(mode(scratch));
  }

  static long call(Scratch scratch, int directory, long path, int flags, int mask) {
    return scratch.call(Sys.STATX, directory, path, flags, mask, scratch.at(Scratch.STAT));
  }

  /** Which fields the kernel filled in. */
  static int mask(Scratch scratch) {
    return scratch.getInt(Scratch.STAT);
  }

  private static int mode(Scratch scratch) {
    return scratch.memory().get(JAVA_SHORT, Scratch.STAT + 28) & 0xffff;
  }

  private static Stat read(Scratch scratch, byte @Nullable [] name) throws PosixException {
    long at = Scratch.STAT;
    int mask = mask(scratch);
    int mode = mode(scratch);
    Kind kind = Kind.ofMode(mode);
    if (kind == null) {
      throw new PosixException(Errno.EOPNOTSUPP, "stat of an unknown kind", name);
    }
    return new Stat(
        kind,
        mode & ~Kind.MASK,
        scratch.getUnsignedInt(at + 20),
        scratch.getUnsignedInt(at + 24),
        scratch.getLong(at + 40),
        scratch.getLong(at + 48),
        time(scratch, at + 112),
        time(scratch, at + 96),
        (mask & Sys.STATX_BTIME) == 0 ? null : time(scratch, at + 80),
        scratch.getLong(at + 32),
        scratch.getUnsignedInt(at + 136) << 32 | scratch.getUnsignedInt(at + 140),
        scratch.getUnsignedInt(at + 16),
        scratch.getInt(at + 128),
        scratch.getInt(at + 132),
        (mask & Sys.STATX_MNT_ID) == 0 ? Stat.UNKNOWN : scratch.getLong(at + 144));
  }

  private static PosixTime time(Scratch scratch, long at) {
    return new PosixTime(scratch.getLong(at), scratch.getInt(at + 8));
  }
}
