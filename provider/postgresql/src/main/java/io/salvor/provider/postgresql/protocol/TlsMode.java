package io.salvor.provider.postgresql.protocol;

import java.util.Locale;
import java.util.Optional;

/** What a client asks of the connection's protection; the names and meanings are libpq's. */
public enum TlsMode {
  /** None. */
  DISABLE,
  /** None, unless the server wants it. */
  ALLOW,
  /** If the server has it. */
  PREFER,
  /** Encryption; whoever answers is trusted. */
  REQUIRE,
  /** A certificate of an authority that is trusted. */
  VERIFY_CA,
  /** The same, made out to the host that was asked for. */
  VERIFY_FULL;

  /** By libpq's word, such as {@code verify-full}. */
  static Optional<TlsMode> of(String word) {
    for (TlsMode mode : values()) {
      if (mode.word().equals(word)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /** As libpq writes it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether a connection without encryption is refused. */
  boolean insists() {
    return compareTo(REQUIRE) >= 0;
  }

  /** Whether the certificate is checked. */
  boolean verifies() {
    return compareTo(VERIFY_CA) >= 0;
  }
}
