package io.salvor.provider.mongodb;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where passwords come from: the environment, or a file; never an argument. */
@FunctionalInterface
public interface Passwords {
  /** For those who need none. */
  Passwords NONE = endpoint -> null;

  /** The password for this login; null if none is known. */
  @Nullable String of(Endpoint endpoint) throws IOException;

  /** This one's, or else the other's. */
  default Passwords or(Passwords other) {
    return endpoint -> {
      String own = of(endpoint);
      return own != null ? own : other.of(endpoint);
    };
  }
}
