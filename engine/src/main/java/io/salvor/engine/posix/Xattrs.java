package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes, links not followed: of a descriptor; of an entry by {@code getxattrat} and
 * its kin where the kernel has them, else by {@code lgetxattr} on {@code /proc/self/fd/N/name},
 * which is short however deep the directory lies.
 */
final class Xattrs {

  private static final int ARGS_SIZE = 16;

  private final KernelFeatures features;

  Xattrs(KernelFeatures features) {
    this.features = features;
  }

  static List<byte[]> list(Scratch s, int fd) throws PosixException {
    return names(s, s.call(Sys.FLISTXATTR, fd, s.at(Scratch.DATA), Scratch.DATA_SIZE), null);
  }

  static byte @Nullable [] get(Scratch s, int fd, byte[] attribute) throws PosixException {
    long key = key(s, "getxattr", attribute);
    long data = s.at(Scratch.DATA);
    return value(s, s.call(Sys.FGETXATTR, fd, key, data, Scratch.DATA_SIZE), null);
  }

  static void set(Scratch s, int fd, byte[] attribute, byte[] value) throws PosixException {
    long key = key(s, "setxattr", attribute);
    long data = put(s, value, null);
    Scratch.check(s.call(Sys.FSETXATTR, fd, key, data, value.length, 0), "setxattr", null);
  }

  static void remove(Scratch s, int fd, byte[] attribute) throws PosixException {
    long key = key(s, "removexattr", attribute);
    Scratch.check(s.call(Sys.FREMOVEXATTR, fd, key), "removexattr", null);
  }

  List<byte[]> list(Scratch s, int fd, byte[] name) throws PosixException {
    long path = path(s, fd, name, "listxattr");
    long data = s.at(Scratch.DATA);
    long result =
        features.xattrAt()
            ? s.call(Sys.LISTXATTRAT, fd, path, Sys.AT_SYMLINK_NOFOLLOW, data, Scratch.DATA_SIZE)
            : s.call(Sys.LLISTXATTR, path, data, Scratch.DATA_SIZE);
    return names(s, result, name);
  }

  byte @Nullable [] get(Scratch s, int fd, byte[] name, byte[] attribute) throws PosixException {
    long path = path(s, fd, name, "getxattr");
    long key = key(s, "getxattr", attribute);
    long data = s.at(Scratch.DATA);
    long result =
        features.xattrAt()
            ? at(s, Sys.GETXATTRAT, fd, path, key, Scratch.DATA_SIZE)
            : s.call(Sys.LGETXATTR, path, key, data, Scratch.DATA_SIZE);
    return value(s, result, name);
  }

  void set(Scratch s, int fd, byte[] name, byte[] attribute, byte[] value) throws PosixException {
    long path = path(s, fd, name, "setxattr");
    long key = key(s, "setxattr", attribute);
    long data = put(s, value, name);
    long result =
        features.xattrAt()
            ? at(s, Sys.SETXATTRAT, fd, path, key, value.length)
            : s.call(Sys.LSETXATTR, path, key, data, value.length, 0);
    Scratch.check(result, "setxattr", name);
  }

  void remove(Scratch s, int fd, byte[] name, byte[] attribute) throws PosixException {
    long path = path(s, fd, name, "removexattr");
    long key = key(s, "removexattr", attribute);
    long result =
        features.xattrAt()
            ? s.call(Sys.REMOVEXATTRAT, fd, path, Sys.AT_SYMLINK_NOFOLLOW, key)
            : s.call(Sys.LREMOVEXATTR, path, key);
    Scratch.check(result, "removexattr", name);
  }

  /** With {@code struct xattr_args}: address, size and flags. */
  private static long at(Scratch s, int call, int fd, long path, long key, int size) {
    s.putLong(Scratch.STRUCT, s.at(Scratch.DATA));
    s.putInt(Scratch.STRUCT + 8, size);
    s.putInt(Scratch.STRUCT + 12, 0);
    long args = s.at(Scratch.STRUCT);
    return s.call(call, fd, path, Sys.AT_SYMLINK_NOFOLLOW, key, args, ARGS_SIZE);
  }

  private long path(Scratch s, int fd, byte[] name, String operation) throws PosixException {
    long address = s.name(name, operation);
    if (features.xattrAt()) {
      return address;
    }
    if (!features.proc()) {
      throw new PosixException(Errno.EOPNOTSUPP, operation, name);
    }
    byte[] directory = RawNames.of("/proc/self/fd/" + fd + "/");
    byte[] whole = Arrays.copyOf(directory, directory.length + name.length);
    System.arraycopy(name, 0, whole, directory.length, name.length);
    return s.path(whole, operation);
  }

  private static long key(Scratch s, String operation, byte[] attribute) throws PosixException {
    return s.second(attribute, operation);
  }

  private static long put(Scratch s, byte[] value, byte @Nullable [] name) throws PosixException {
    if (value.length > Scratch.DATA_SIZE) {
      throw new PosixException(Errno.E2BIG, "setxattr", name);
    }
    MemorySegment.copy(value, 0, s.memory(), JAVA_BYTE, Scratch.DATA, value.length);
    return s.at(Scratch.DATA);
  }

  private static byte @Nullable [] value(Scratch s, long result, byte @Nullable [] name)
      throws PosixException {
    if (result == -Errno.ENODATA.number() || result == -Errno.EOPNOTSUPP.number()) {
      return null;
    }
    return s.data((int) Scratch.check(result, "getxattr", name));
  }

  private static List<byte[]> names(Scratch s, long result, byte @Nullable [] name)
      throws PosixException {
    if (result == 0 || result == -Errno.EOPNOTSUPP.number()) {
      return List.of();
    }
    byte[] all = s.data((int) Scratch.check(result, "listxattr", name));
    List<byte[]> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == 0) {
        names.add(Arrays.copyOfRange(all, from, i));
        from = i + 1;
      }
    }
    return names;
  }
}
