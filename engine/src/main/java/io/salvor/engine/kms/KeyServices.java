package io.salvor.engine.kms;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;

/** Every kind of key service, by the beginning of its references. */
public final class KeyServices {
  private static final String FILE = "kms:file:";

  private KeyServices() {}

  /**
   * The key of this reference; asks the service nothing yet.
   *
   * @throws SalvorException USAGE
   */
  public static KeyService open(String reference, SecureRandom random) {
    if (reference.startsWith(FILE)) {
      try {
        Path file = Path.of(reference.substring(FILE.length()));
        if (file.isAbsolute()) {
          return new FileKeyService(file.normalize(), random);
        }
      } catch (InvalidPathException e) {
        throw unknown(reference, "its path is none: " + e.getReason());
      }
      throw unknown(reference, "its path is not absolute");
    }
    throw unknown(reference, "no key service of this kind is known");
  }

  /**
   * Makes the key of a reference where that is ours to do; one that is there is left as it is.
   *
   * @return whether it was made
   */
  public static boolean createIfMissing(String reference, SecureRandom random) {
    try (KeyService service = open(reference, random)) {
      return service instanceof FileKeyService file && file.create();
    }
  }

  private static SalvorException unknown(String reference, String why) {
    return new SalvorException(
        ErrorCode.USAGE,
        "There is no key \"" + reference + "\"",
        why,
        "Name a key such as kms:file:/etc/salvor/key");
  }
}
