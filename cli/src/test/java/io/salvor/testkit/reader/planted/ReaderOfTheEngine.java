package io.salvor.testkit.reader.planted;

import io.salvor.engine.error.ErrorCode;

/** Breaks the rule that the independent reader knows no class of ours. */
public final class ReaderOfTheEngine {
  private ReaderOfTheEngine() {}

  static Class<?> known() {
    return ErrorCode.class;
  }
}
