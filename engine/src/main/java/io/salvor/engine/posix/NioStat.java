package io.salvor.engine.posix;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metadata through NIO: its "unix" view where it has one, else the basic one. */
final class NioStat {

  /** Whether numbers of owners, modes, inodes are to be had. */
  static final boolean UNIX_VIEW =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private NioStat() {}

  static Stat of(Path path, byte @Nullable [] name) throws PosixException {
    try {
      return UNIX_VIEW ? unix(path, name) : basic(path);
    } catch (IOException e) {
      throw NioErrors.of(e, "stat", name);
    }
  }

  private static Stat unix(Path path, byte @Nullable [] name) throws IOException {
    Map<String, Object> all =
        Files.readAttributes(
            path,
            "unix:mode,uid,gid,size,lastModifiedTime,ctime,ino,dev,nlink,rdev",
            LinkOption.NOFOLLOW_LINKS);
    int mode = number(all, "mode").intValue();
    Kind kind = Kind.ofMode(mode);
    if (kind == null) {
      throw new PosixException(Errno.EOPNOTSUPP, "stat of an unknown kind", name);
    }
    long dev = number(all, "dev").longValue();
    boolean device = kind == Kind.BLOCK || kind == Kind.CHAR;
    long rdev = device ? number(all, "rdev").longValue() : 0;
    return new Stat(
        kind,
        mode & 07777,
        number(all, "uid").intValue() & 0xffff_ffffL,
        number(all, "gid").intValue() & 0xffff_ffffL,
        number(all, "size").longValue(),
        Stat.UNKNOWN,
        time(all.get("lastModifiedTime")),
        time(all.get("ctime")),
        null,
        number(all, "ino").longValue(),
        (long) major(dev) << 32 | minor(dev),
        number(all, "nlink").longValue(),
        major(rdev),
        minor(rdev),
        Stat.UNKNOWN);
  }

  private static Number number(Map<String, Object> all, String key) throws IOException {
    if (all.get(key) instanceof Number number) {
      return number;
    }
    throw new IOException("Operation not supported: " + key);
  }

  private static PosixTime time(@Nullable Object time) throws IOException {
    if (time instanceof FileTime known) {
      return PosixTime.of(known.toInstant());
    }
    throw new IOException("Operation not supported: times");
  }

  /** As {@code gnu_dev_major(3)}. */
  private static int major(long dev) {
    return (int) ((dev >>> 8 & 0xfff) | (dev >>> 32 & ~0xfffL));
  }

  private static int minor(long dev) {
    return (int) ((dev & 0xff) | (dev >>> 12 & ~0xffL));
  }

  private static Stat basic(Path path) throws IOException {
    BasicFileAttributes all =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Kind kind =
        all.isDirectory() ? Kind.DIRECTORY : all.isSymbolicLink() ? Kind.SYMLINK : Kind.FILE;
    PosixTime mtime = PosixTime.of(all.lastModifiedTime().toInstant());
    return new Stat(
        kind,
        kind == Kind.DIRECTORY ? 0755 : 0644,
        Stat.UNKNOWN,
        Stat.UNKNOWN,
        all.size(),
        Stat.UNKNOWN,
        mtime,
        mtime,
        PosixTime.of(all.creationTime().toInstant()),
        Stat.UNKNOWN,
        Stat.UNKNOWN,
        1,
        0,
        0,
        Stat.UNKNOWN);
  }
}
