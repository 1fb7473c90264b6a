package io.salvor.engine.restore;

import java.io.IOException;

/** A live entry cannot be looked at, for instance by who may not open it; others can. */
public final class UnreadableException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableException(String message, Throwable cause) {
    super(message, cause);
  }
}
