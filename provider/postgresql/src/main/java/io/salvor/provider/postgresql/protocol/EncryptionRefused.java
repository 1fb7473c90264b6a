package io.salvor.provider.postgresql.protocol;

import java.io.IOException;

/** The connection would not be protected as it was asked for. */
public final class EncryptionRefused extends IOException {
  private static final long serialVersionUID = 1L;

  EncryptionRefused(String message) {
    super(message);
  }

  EncryptionRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
