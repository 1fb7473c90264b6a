package io.salvor.engine.posix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Setting metadata by path through NIO. */
final class NioMetadata {

  private static final byte[] USER = RawNames.of("user.");

  private NioMetadata() {}

  static void chmod(Path path, byte @Nullable [] name, int mode) throws PosixException {
    require(NioStat.UNIX_VIEW, "chmod", name);
    // Set through the link option, NIO would open the file, and wait for a fifo's other end.
    require(!Files.isSymbolicLink(path), "chmod", name);
    try {
      Files.setAttribute(path, "unix:mode", mode & 07777);
    } catch (IOException e) {
      throw NioErrors.of(e, "chmod", name);
    }
  }

  static void chown(Path path, byte @Nullable [] name, long uid, long gid) throws PosixException {
    require(NioStat.UNIX_VIEW, "chown", name);
    NativeHandle.owner(uid);
    NativeHandle.owner(gid);
    try {
      if (uid >= 0) {
        Files.setAttribute(path, "unix:uid", (int) uid, LinkOption.NOFOLLOW_LINKS);
      }
      if (gid >= 0) {
        Files.setAttribute(path, "unix:gid", (int) gid, LinkOption.NOFOLLOW_LINKS);
      }
    } catch (IOException e) {
      throw NioErrors.of(e, "chown", name);
    }
  }

  static void utimens(Path path, byte @Nullable [] name, PosixTime mtime) throws PosixException {
    // NIO would set 1970 instead, and say nothing.
    require(mtime.seconds() >= 0 || mtime.nanos() == 0, "utimens", name);
    LinkOption[] options =
        Files.isSymbolicLink(path)
            ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS}
            : new LinkOption[0];
    try {
      Files.getFileAttributeView(path, BasicFileAttributeView.class, options)
          .setTimes(FileTime.from(mtime.toInstant()), null, null);
    } catch (IOException e) {
      throw NioErrors.of(e, "utimens", name);
    }
  }

  static List<byte[]> listXattr(Path path, byte @Nullable [] name) throws PosixException {
    UserDefinedFileAttributeView view = view(path, name);
    if (view == null) {
      return List.of();
    }
    try {
      List<byte[]> names = new ArrayList<>();
      for (String attribute : view.list()) {
        names.add(RawNames.of("user." + attribute));
      }
      return names;
    } catch (IOException e) {
      throw NioErrors.of(e, "listxattr", name);
    }
  }

  static byte @Nullable [] getXattr(Path path, byte @Nullable [] name, byte[] attribute)
      throws PosixException {
    UserDefinedFileAttributeView view = view(path, name);
    if (view == null || !isUser(attribute)) {
      return null;
    }
    try {
      String key = key(attribute);
      if (!view.list().contains(key)) {
        return null;
      }
      ByteBuffer value = ByteBuffer.allocate(view.size(key));
      view.read(key, value);
      return Arrays.copyOf(value.array(), value.position());
    } catch (IOException e) {
      throw NioErrors.of(e, "getxattr", name);
    }
  }

  static void setXattr(Path path, byte @Nullable [] name, byte[] attribute, byte[] value)
      throws PosixException {
    UserDefinedFileAttributeView view = view(path, name);
    if (view == null || !isUser(attribute)) {
      throw new PosixException(Errno.EOPNOTSUPP, "setxattr", name);
    }
    try {
      view.write(key(attribute), ByteBuffer.wrap(value));
    } catch (IOException e) {
      throw NioErrors.of(e, "setxattr", name);
    }
  }

  static void removeXattr(Path path, byte @Nullable [] name, byte[] attribute)
      throws PosixException {
    UserDefinedFileAttributeView view = view(path, name);
    if (view == null || !isUser(attribute)) {
      throw new PosixException(Errno.EOPNOTSUPP, "removexattr", name);
    }
    try {
      if (!view.list().contains(key(attribute))) {
        throw new PosixException(Errno.ENODATA, "removexattr", name);
      }
      view.delete(key(attribute));
    } catch (IOException e) {
      throw NioErrors.of(e, "removexattr", name);
    }
  }

  /** Only files and directories have attributes for users; to look at others would open them. */
  private static @Nullable UserDefinedFileAttributeView view(Path path, byte @Nullable [] name)
      throws PosixException {
    Kind kind = NioStat.of(path, name).kind();
    return kind == Kind.FILE || kind == Kind.DIRECTORY
        ? Files.getFileAttributeView(
            path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        : null;
  }

  private static boolean isUser(byte[] attribute) {
    return attribute.length > USER.length
        && Arrays.equals(attribute, 0, USER.length, USER, 0, USER.length);
  }

  private static String key(byte[] attribute) {
    return new String(
        attribute, USER.length, attribute.length - USER.length, StandardCharsets.UTF_8);
  }

  private static void require(boolean met, String operation, byte @Nullable [] name)
      throws PosixException {
    if (!met) {
      throw new PosixException(Errno.EOPNOTSUPP, operation, name);
    }
  }
}
