package io.salvor.engine.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can act on: what failed ({@link #getMessage}), why ({@link #why}), and
 * what to do ({@link #remedy}), each one line without a full stop at its end.
 */
public final class SalvorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String why;
  private final String remedy;

  public SalvorException(ErrorCode code, String what, String why, String remedy) {
    this(code, what, why, remedy, null);
  }

  public SalvorException(
      ErrorCode code, String what, String why, String remedy, @Nullable Throwable cause) {
    super(what, cause);
    this.code = code;
    this.why = why;
    this.remedy = remedy;
  }

  /** The stable code, which also tells the exit code and whether to retry. */
  public ErrorCode code() {
    return code;
  }

  /** The reason, as far as it is known. */
  public String why() {
    return why;
  }

  /** The next thing to do. */
  public String remedy() {
    return remedy;
  }
}
