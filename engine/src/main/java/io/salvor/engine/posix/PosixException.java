package io.salvor.engine.posix;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call to the system that failed: what was done, to which name, and the system's errno. */
public final class PosixException extends IOException {

  private static final long serialVersionUID = 1;

  private final int number;
  private final String operation;
  private final String displayName;

  /** A failure with the system's number. */
  public PosixException(int number, String operation, byte @Nullable [] name) {
    this(number, operation, name, null);
  }

  /** A failure of a known kind. */
  public PosixException(Errno errno, String operation, byte @Nullable [] name) {
    this(errno.number(), operation, name, null);
  }

  PosixException(int number, String operation, byte @Nullable [] name, @Nullable Throwable cause) {
    super(message(number, operation, name), cause);
    this.number = number;
    this.operation = operation;
    this.displayName = name == null ? "" : RawNames.display(name);
  }

  private static String message(int number, String operation, byte @Nullable [] name) {
    Errno errno = Errno.of(number);
    String what = errno == null ? "error " + number : errno.meaning() + " (" + errno.name() + ")";
    return name == null
        ? operation + ": " + what
        : operation + " " + RawNames.display(name) + ": " + what;
  }

  /** The system's number. */
  public int number() {
    return number;
  }

  /** The error; null for a number without a name here. */
  public @Nullable Errno errno() {
    return Errno.of(number);
  }

  /** Symbolic name such as {@code ENOENT}, or the number. */
  public String symbol() {
    Errno errno = Errno.of(number);
    return errno == null ? Integer.toString(number) : errno.name();
  }

  /** What was done, by the name of the system call. */
  public String operation() {
    return operation;
  }

  /** The name it was done to, as {@link RawNames#display} shows it; empty for an open handle. */
  public String displayName() {
    return displayName;
  }

  /** Whether it is this error. */
  public boolean is(Errno errno) {
    return number == errno.number();
  }

  /** Nothing of that name, or its directory has gone. */
  public boolean isNotFound() {
    return is(Errno.ENOENT) || is(Errno.ESTALE);
  }

  /** The name is taken. */
  public boolean isExists() {
    return is(Errno.EEXIST);
  }

  /** The directory still has entries ({@code EEXIST} on some file systems). */
  public boolean isNotEmpty() {
    return is(Errno.ENOTEMPTY);
  }

  /** The caller may not do this. */
  public boolean isPermission() {
    return is(Errno.EACCES) || is(Errno.EPERM);
  }

  /** No room: the file system or the quota is full. */
  public boolean isNoSpace() {
    return is(Errno.ENOSPC) || is(Errno.EDQUOT);
  }

  /** The file system is mounted read-only. */
  public boolean isReadOnly() {
    return is(Errno.EROFS);
  }

  /** What stands at the name is of another kind than asked for: a link, directory, fifo, socket. */
  public boolean isWrongKind() {
    return is(Errno.ELOOP) || is(Errno.ENOTDIR) || is(Errno.EISDIR) || is(Errno.ENXIO);
  }

  /** The system at hand, or this file system, cannot do it. */
  public boolean isUnsupported() {
    return is(Errno.EOPNOTSUPP) || is(Errno.ENOSYS);
  }

  /** The two names lie in different file systems. */
  public boolean isCrossDevice() {
    return is(Errno.EXDEV);
  }

  /** The name is longer than the file system takes. */
  public boolean isNameTooLong() {
    return is(Errno.ENAMETOOLONG);
  }

  /** The device failed. */
  public boolean isInputOutput() {
    return is(Errno.EIO);
  }

  /** The process or the system has too many files open. */
  public boolean isTooManyOpen() {
    return is(Errno.EMFILE) || is(Errno.ENFILE);
  }
}
