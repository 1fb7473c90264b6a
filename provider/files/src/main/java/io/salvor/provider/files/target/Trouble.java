package io.salvor.provider.files.target;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Tells what a failure means: for one entry, or for the whole restore. */
final class Trouble {
  private Trouble() {}

  /** The live side is not what the plan says. */
  static final class MovedException extends Exception {
    private static final long serialVersionUID = 1L;

    MovedException(String message) {
      super(message);
    }
  }

  /**
   * Reports a failure that concerns one entry.
   *
   * @throws SalvorException if it concerns everything
   * @throws IOException likewise
   */
  static void report(Outcomes outcomes, long number, Step step, Exception failure, String target)
      throws IOException {
    switch (failure) {
      case MovedException e -> outcomes.moved(number, step, String.valueOf(e.getMessage()));
      case DirPool.ReplacedException e ->
          outcomes.moved(number, step, "the directory it lies in was replaced by another");
      case PosixException e -> system(outcomes, number, step, e, target);
      case SalvorException e -> {
        if (e.code().exit() != Exit.DAMAGED && e.code() != ErrorCode.RESTORE_MISMATCH) {
          throw e;
        }
        outcomes.failed(number, step, e.code(), e.getMessage() + ": " + e.why());
      }
      case IOException e -> throw e;
      case IllegalArgumentException e ->
          outcomes.failed(
              number,
              step,
              ErrorCode.TREE_DAMAGED,
              "the backup's entry is damaged: " + e.getMessage());
      // The machine's own trouble, not the entry's: its code and remedy must come through.
      case UncheckedIOException e -> throw e.getCause();
      case RuntimeException e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private static void system(
      Outcomes outcomes, long number, Step step, PosixException e, String target) {
    if (e.isNoSpace()) {
      throw new SalvorException(
          ErrorCode.TARGET_FULL,
          "There is no more room in " + target,
          "writing " + step.key() + " failed: " + e.getMessage(),
          "make room there and run the same command again with --on-conflict overwrite --yes",
          e);
    }
    if (e.isReadOnly()) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "Nothing can be written to " + target,
          String.valueOf(e.getMessage()),
          "restore to a file system that is not mounted read-only",
          e);
    }
    if (e.isExists()) {
      outcomes.moved(
          number,
          step,
          "something of this name has appeared since, or the file system does not tell upper from"
              + " lower case");
    } else if (e.isNotFound() || e.isWrongKind()) {
      outcomes.moved(
          number, step, "what was there is gone or is something else: " + e.getMessage());
    } else if (e.is(Errno.EINVAL)) {
      outcomes.failed(
          number, step, ErrorCode.ENTRY_NOT_RESTORED, "the system refuses it: " + e.getMessage());
    } else {
      outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, String.valueOf(e.getMessage()));
    }
  }
}
