package io.salvor.cli.console;

import io.salvor.engine.error.SalvorException;
import java.util.List;

/** A failure as people read it: three lines, what, why, and what to do. */
public final class ErrorText {
  private ErrorText() {}

  /** The three lines. */
  public static List<String> lines(SalvorException failure) {
    return List.of(
        "salvor: " + message(failure) + " [" + failure.code().code() + "]",
        "  why: " + cause(failure),
        "  do: " + remedy(failure));
  }

  /** What failed and why, in one line. */
  public static String inOneLine(SalvorException failure) {
    return message(failure) + ": " + cause(failure);
  }

  /** What failed. */
  static String message(SalvorException failure) {
    return PlainText.afterColon(String.valueOf(failure.getMessage()));
  }

  /** Why. */
  static String cause(SalvorException failure) {
    return PlainText.afterColon(failure.why());
  }

  /** What to do. */
  static String remedy(SalvorException failure) {
    return PlainText.afterColon(failure.remedy());
  }

  /** Writes the object {@code error}. */
  public static void write(SalvorException failure, JsonDocument json) {
    json.object(
        "error",
        () -> {
          json.field("code", failure.code().code());
          json.field("message", message(failure));
          json.field("cause", cause(failure));
          json.field("remedy", remedy(failure));
          json.field("retry", failure.code().retry());
          json.field("exit", failure.code().exit().code());
        });
  }
}
