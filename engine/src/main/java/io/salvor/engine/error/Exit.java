package io.salvor.engine.error;

/** What a process tells its caller when it ends; scripts rely on the numbers. */
public enum Exit {
  DONE(0),
  FAILED(1),
  USAGE(2),
  PARTIAL(3),
  DAMAGED(4),
  CONFLICTS(5),
  NO_REPOSITORY(10),
  WRONG_CREDENTIAL(12),
  UNREACHABLE(13),
  INTERRUPTED(130);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  /** The number that the process exits with. */
  public int code() {
    return code;
  }
}
