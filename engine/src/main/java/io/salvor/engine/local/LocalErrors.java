package io.salvor.engine.local;

import io.salvor.engine.durable.SystemErrors;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Errno;
import java.io.IOException;
import java.nio.file.Path;

/** Says what a failure in a local directory means for the person who has it. */
public final class LocalErrors {
  private LocalErrors() {}

  /** {@code what} is what cannot be done: {@code "write /path"}. */
  public static SalvorException failed(String what, Path path, IOException failure) {
    Errno errno = SystemErrors.of(failure);
    return new SalvorException(
        ErrorCode.LOCAL_STATE,
        "cannot " + what + " " + path,
        errno == null ? String.valueOf(failure.getMessage()) : errno.meaning(),
        errno == Errno.ENOSPC || errno == Errno.EDQUOT
            ? "make room there, or set SALVOR_CACHE_DIR to a directory with more room"
            : "set SALVOR_CACHE_DIR to a directory that this user may write",
        failure);
  }
}
