package io.salvor.provider.files.target;

import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Fingerprint;
import java.nio.ByteBuffer;

/**
 * What tells whether a file is still the one that was looked at: kind, size, times, inode, mode and
 * owners. Writing to it changes its mtime and ctime, changing its metadata its ctime.
 */
record FileFingerprint(
    Kind kind,
    long size,
    PosixTime mtime,
    PosixTime ctime,
    long inode,
    int mode,
    long uid,
    long gid) {
  private static final int LENGTH = 1 + 8 + 12 + 12 + 8 + 4 + 8 + 8;

  static FileFingerprint of(Stat stat) {
    return new FileFingerprint(
        stat.kind(),
        // A directory's size is the file system's own business.
        stat.kind() == Kind.FILE ? stat.size() : 0,
        stat.mtime(),
        stat.ctime(),
        stat.inode(),
        stat.mode(),
        stat.uid(),
        stat.gid());
  }

  static FileFingerprint of(Fingerprint bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.bytes());
    if (in.remaining() != LENGTH) {
      throw new IllegalArgumentException("a fingerprint of " + in.remaining() + " bytes");
    }
    return new FileFingerprint(
        Kind.values()[in.get()],
        in.getLong(),
        new PosixTime(in.getLong(), in.getInt()),
        new PosixTime(in.getLong(), in.getInt()),
        in.getLong(),
        in.getInt(),
        in.getLong(),
        in.getLong());
  }

  Fingerprint encode() {
    ByteBuffer out = ByteBuffer.allocate(LENGTH);
    out.put((byte) kind.ordinal()).putLong(size);
    out.putLong(mtime.seconds()).putInt(mtime.nanos());
    out.putLong(ctime.seconds()).putInt(ctime.nanos());
    out.putLong(inode).putInt(mode).putLong(uid).putLong(gid);
    return new Fingerprint(out.array());
  }

  /**
   * Whether this is still the same. Of a directory times do not count, for working in it changes
   * them; of a file with several names ctime does not, for working on another name changes it.
   */
  boolean stillIs(Stat stat, boolean severalNames) {
    FileFingerprint now = of(stat);
    if (kind == Kind.DIRECTORY) {
      return now.kind == kind
          && inode == now.inode
          && mode == now.mode
          && uid == now.uid
          && gid == now.gid;
    }
    return severalNames ? sameData(stat) : equals(now);
  }

  /** Whether it is the same file with the same content; a rename may have changed its ctime. */
  boolean sameData(Stat stat) {
    FileFingerprint now = of(stat);
    return kind == now.kind && inode == now.inode && size == now.size && mtime.equals(now.mtime);
  }
}
