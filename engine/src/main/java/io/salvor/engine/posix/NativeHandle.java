package io.salvor.engine.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What files and directories have in common: metadata by descriptor. */
abstract class NativeHandle implements Handle {

  final Descriptor descriptor;

  NativeHandle(int number) {
    this.descriptor = new Descriptor(number);
  }

  /** Memory for a call, during which the descriptor stays open. */
  final Scratch enter() throws PosixException {
    return Scratch.of(descriptor);
  }

  /** The descriptor's number; only while a scratch of {@link #enter} is held. */
  final int fd() {
    return descriptor.number();
  }

  @Override
  public Stat stat() throws PosixException {
    try (Scratch scratch = enter()) {
      return Statx.of(scratch, fd());
    }
  }

  @Override
  public void chmod(int mode) throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.FCHMOD, fd(), mode & 07777), "chmod", null);
    }
  }

  @Override
  public void chown(long uid, long gid) throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.FCHOWN, fd(), owner(uid), owner(gid)), "chown", null);
    }
  }

  @Override
  public void utimens(PosixTime mtime) throws PosixException {
    try (Scratch scratch = enter()) {
      long times = times(scratch, mtime);
      Scratch.check(scratch.call(Sys.UTIMENSAT, fd(), 0, times, 0), "utimens", null);
    }
  }

  @Override
  public List<byte[]> listXattr() throws PosixException {
    try (Scratch scratch = enter()) {
      return Xattrs.list(scratch, fd());
    }
  }

  @Override
  public byte @Nullable [] getXattr(byte[] attribute) throws PosixException {
    try (Scratch scratch = enter()) {
      return Xattrs.get(scratch, fd(), attribute);
    }
  }

  @Override
  public void setXattr(byte[] attribute, byte[] value) throws PosixException {
    try (Scratch scratch = enter()) {
      Xattrs.set(scratch, fd(), attribute, value);
    }
  }

  @Override
  public void removeXattr(byte[] attribute) throws PosixException {
    try (Scratch scratch = enter()) {
      Xattrs.remove(scratch, fd(), attribute);
    }
  }

  @Override
  public void sync() throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.FSYNC, fd()), "fsync", null);
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }

  /** An owner as the kernel takes it: 32 bits, all ones to leave it. */
  static long owner(long id) throws PosixException {
    if (id < -1 || id > 0xffff_ffffL) {
      throw new PosixException(Errno.EINVAL, "chown", null);
    }
    return id & 0xffff_ffffL;
  }

  /** Two {@code timespec}: access time left alone, modification time as given. */
  static long times(Scratch scratch, PosixTime mtime) {
    scratch.putLong(Scratch.STRUCT, 0);
    scratch.putLong(Scratch.STRUCT + 8, Sys.UTIME_OMIT);
    scratch.putLong(Scratch.STRUCT + 16, mtime.seconds());
    scratch.putLong(Scratch.STRUCT + 24, mtime.nanos());
    return scratch.at(Scratch.STRUCT);
  }
}
