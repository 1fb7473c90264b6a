package io.salvor.engine.posix;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** NIO's exceptions as errnos; where it gives only the C library's words, by those. */
final class NioErrors {

  private static final Map<String, Errno> WORDS =
      Map.ofEntries(
          Map.entry("Operation not permitted", Errno.EPERM),
          Map.entry("Input/output error", Errno.EIO),
          Map.entry("Bad file descriptor", Errno.EBADF),
          Map.entry("Permission denied", Errno.EACCES),
          Map.entry("Device or resource busy", Errno.EBUSY),
          Map.entry("Invalid cross-device link", Errno.EXDEV),
          Map.entry("Not a directory", Errno.ENOTDIR),
          Map.entry("Is a directory", Errno.EISDIR),
          Map.entry("Invalid argument", Errno.EINVAL),
          Map.entry("Too many open files", Errno.EMFILE),
          Map.entry("File too large", Errno.EFBIG),
          Map.entry("No space left on device", Errno.ENOSPC),
          Map.entry("Read-only file system", Errno.EROFS),
          Map.entry("Too many links", Errno.EMLINK),
          Map.entry("Numerical result out of range", Errno.ERANGE),
          Map.entry("File name too long", Errno.ENAMETOOLONG),
          Map.entry("Too many levels of symbolic links", Errno.ELOOP),
          Map.entry("No data available", Errno.ENODATA),
          Map.entry("Operation not supported", Errno.EOPNOTSUPP),
          Map.entry("Stale file handle", Errno.ESTALE),
          Map.entry("Disk quota exceeded", Errno.EDQUOT));

  private NioErrors() {}

  static PosixException of(IOException cause, String operation, byte @Nullable [] name) {
    if (cause instanceof PosixException already) {
      return already;
    }
    return new PosixException(errno(cause).number(), operation, name, cause);
  }

  private static Errno errno(IOException cause) {
    return switch (cause) {
      case NoSuchFileException e -> Errno.ENOENT;
      case FileAlreadyExistsException e -> Errno.EEXIST;
      case DirectoryNotEmptyException e -> Errno.ENOTEMPTY;
      case AccessDeniedException e -> Errno.EACCES;
      case NotDirectoryException e -> Errno.ENOTDIR;
      case NotLinkException e -> Errno.EINVAL;
      case AtomicMoveNotSupportedException e -> Errno.EXDEV;
      case ClosedByInterruptException e -> Errno.EINTR;
      case ClosedChannelException e -> Errno.EBADF;
      default -> byWords(cause);
    };
  }

  private static Errno byWords(IOException cause) {
    String message = cause.getMessage();
    if (message != null) {
      for (Map.Entry<String, Errno> entry : WORDS.entrySet()) {
        if (message.contains(entry.getKey())) {
          return entry.getValue();
        }
      }
    }
    return Errno.EIO;
  }
}
