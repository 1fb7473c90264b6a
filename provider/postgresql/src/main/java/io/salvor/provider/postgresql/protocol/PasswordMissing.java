package io.salvor.provider.postgresql.protocol;

import java.io.IOException;

/** The server wants a password, and none is known. */
public final class PasswordMissing extends IOException {
  private static final long serialVersionUID = 1L;

  PasswordMissing(String message) {
    super(message);
  }
}
