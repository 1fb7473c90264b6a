package io.salvor.provider.postgresql.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where passwords come from: the environment, libpq's password file, never an argument. */
@FunctionalInterface
public interface Passwords {
  /** For those who need none. */
  Passwords NONE = endpoint -> null;

  /** The password for this login; null if none is known. The caller clears it. */
  char @Nullable [] of(Endpoint endpoint) throws IOException;

  /** This one's, or else the other's. */
  default Passwords or(Passwords other) {
    return endpoint -> {
      char[] own = of(endpoint);
      return own != null ? own : other.of(endpoint);
    };
  }
}
