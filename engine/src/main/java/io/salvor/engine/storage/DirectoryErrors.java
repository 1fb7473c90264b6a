package io.salvor.engine.storage;

import io.salvor.engine.durable.SystemErrors;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Errno;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what a failed file operation of a directory means for the person who has the directory. */
final class DirectoryErrors {
  private final String address;
  private final DirectoryRoot identity;
  private final Path root;

  DirectoryErrors(String address, DirectoryRoot root) {
    this.address = address;
    this.identity = root;
    this.root = root.path();
  }

  /** For a directory whose place may not even exist. */
  static DirectoryErrors beforeOpening(Path directory) {
    return new DirectoryErrors(directory.toString(), new DirectoryRoot(directory, 0, 0));
  }

  /** For anything but storing. {@code what} is what cannot be done: {@code "read packs/ab"}. */
  IOException failed(String what, IOException failure) {
    return translate("cannot " + what + " in " + address, null, failure);
  }

  /**
   * For storing an object.
   *
   * @param written bytes of it that have been written
   * @param missing bytes at hand that have not; zero where the amount was not known yet
   */
  IOException notStored(ObjectName name, long written, long missing, IOException failure) {
    String room =
        missing == 0 && written == 0
            ? "there is no room for another file"
            : String.format(
                Locale.ROOT,
                "at least %,d bytes are missing (%,d are written)",
                missing == 0 ? written : missing,
                written);
    return translate("cannot store " + name + " in " + address, room, failure);
  }

  private IOException translate(String what, @Nullable String room, IOException failure) {
    if (failure instanceof ClosedChannelException || failure instanceof InterruptedIOException) {
      // The thread was interrupted or the channel closed: the caller's own doing.
      return failure;
    }
    Errno errno = SystemErrors.of(failure);
    ErrorCode code = errno == null ? ErrorCode.STORAGE_FAILED : code(errno);
    String why =
        switch (code) {
          case STORAGE_FULL -> detail(failure) + (room == null ? "" : ": " + room) + free();
          case STORAGE_UNREACHABLE -> errno == Errno.ENOENT ? root + " has gone" : detail(failure);
          default -> detail(failure);
        };
    String remedy =
        switch (code) {
          case STORAGE_FULL -> "make room on the file system of " + root + ", then run it again";
          case STORAGE_READ_ONLY -> "mount it for writing, or use another storage";
          case STORAGE_DENIED -> "run as the owner of " + root + ", or give it to this user";
          case STORAGE_UNREACHABLE -> "check that the file system of " + root + " is mounted";
          default -> "check the disk or the mount of " + root + ", then run it again";
        };
    throw new SalvorException(code, what, why, remedy, failure);
  }

  private ErrorCode code(Errno errno) {
    return switch (errno) {
      case ENOSPC, EDQUOT -> ErrorCode.STORAGE_FULL;
      case EROFS -> ErrorCode.STORAGE_READ_ONLY;
      case EACCES, EPERM -> ErrorCode.STORAGE_DENIED;
      case ESTALE, ENODEV, ENXIO, ETIMEDOUT -> ErrorCode.STORAGE_UNREACHABLE;
      case ENOENT -> isRootGone() ? ErrorCode.STORAGE_UNREACHABLE : ErrorCode.STORAGE_FAILED;
      default -> ErrorCode.STORAGE_FAILED;
    };
  }

  boolean isRootGone() {
    return identity.isGone();
  }

  /** The exception for a root that is not there any more. */
  SalvorException rootGone(String what) {
    return new SalvorException(
        ErrorCode.STORAGE_UNREACHABLE,
        "cannot " + what + " in " + address,
        root + " has gone",
        "check that the file system of " + root + " is mounted");
  }

  private String free() {
    try {
      long free = Files.getFileStore(root).getUsableSpace();
      return String.format(Locale.ROOT, ", %,d are free", free);
    } catch (IOException e) {
      return "";
    }
  }

  private static String detail(IOException failure) {
    Errno errno = SystemErrors.of(failure);
    String file =
        failure instanceof FileSystemException e && e.getFile() != null
            ? " (" + e.getFile() + ")"
            : "";
    if (errno != null) {
      return errno.meaning() + file;
    }
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName().toLowerCase(Locale.ROOT)
        : message.lines().findFirst().orElse("");
  }
}
