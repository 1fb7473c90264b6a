package io.salvor.provider.postgresql.protocol;

import java.io.IOException;

/** Whoever answers does not keep to the protocol; the connection is of no use any more. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }
}
