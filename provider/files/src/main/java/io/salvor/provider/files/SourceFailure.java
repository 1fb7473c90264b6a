package io.salvor.provider.files;

import io.salvor.engine.posix.PosixException;

/**
 * A call to the source's file system that failed. Apart from {@link PosixException} itself, for the
 * engine's storage may throw that as well, and then the backup cannot go on.
 */
final class SourceFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final PosixException reason;

  SourceFailure(PosixException reason) {
    super(reason);
    this.reason = reason;
  }

  PosixException reason() {
    return reason;
  }
}
