package io.salvor.engine.codec;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not what the format says. Never leaves the engine: who knows the object's name
 * says which one is damaged.
 */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedException(String why) {
    this(why, null);
  }

  public MalformedException(String why, @Nullable Throwable cause) {
    // No stack trace: fuzzed and damaged input makes many of these, and the text says enough.
    super(why, cause, false, false);
  }
}
