package io.salvor.cli.command;

import io.salvor.cli.console.ErrorText;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Makes something that a person can act on of what no part of the product has explained. */
final class Failures {
  private Failures() {}

  static SalvorException of(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof SalvorException known) {
        return known;
      }
    }
    return switch (thrown) {
      case UncheckedIOException e -> storage(e);
      case IOException e -> storage(e);
      case InterruptedException e ->
          new SalvorException(
              ErrorCode.INTERRUPTED,
              "The command was interrupted",
              "its thread was",
              "run the same command again",
              e);
      case OutOfMemoryError e ->
          new SalvorException(
              ErrorCode.DEFECT,
              "The memory does not suffice",
              String.valueOf(e.getMessage()),
              "set SALVOR_JAVA_OPTS=-Xmx1g and run it again, and please report this",
              e);
      default ->
          new SalvorException(
              ErrorCode.DEFECT,
              "Something happened that Salvor was not made for",
              thrown.toString(),
              "run it again with --debug, and please report what it prints",
              thrown);
    };
  }

  private static SalvorException storage(Exception e) {
    Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    return new SalvorException(
        ErrorCode.STORAGE_FAILED,
        "Reading or writing has failed",
        cause.getClass().getSimpleName() + ": " + cause.getMessage(),
        "run the command again; `salvor doctor` checks the storage",
        e);
  }

  /** That what was shown could not be kept in the repository, and why. */
  static void warnOfNoProof(Exception why, Session session) {
    SalvorException e = of(why);
    session.warn("", "no proof was left: " + ErrorText.inOneLine(e), e.code().code());
  }
}
