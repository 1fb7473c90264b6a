package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.CredentialBox;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a credential's key-encryption key is had (docs/format.md §4). */
sealed interface Protection {

  /** The number of the credential's kind. */
  int kind();

  /** Derived from a passphrase. */
  record Stretched(Argon2id cost, byte[] salt) implements Protection {
    @Override
    public int kind() {
      return Credential.PASSPHRASE;
    }
  }

  /** Random, and wrapped by a key service. */
  record Wrapped(String reference, byte[] key) implements Protection {
    @Override
    public int kind() {
      return Credential.KMS;
    }
  }

  /** A new protection with its key, which the caller destroys. */
  record Made(Protection protection, byte[] kek) {}

  /** Makes a protection for the credential of this id and public half. */
  static Made make(
      Opener opener, Argon2id cost, ObjectId id, byte[] publicHalf, SecureRandom random) {
    byte[] drawn = new byte[CredentialBox.KEY_SIZE];
    random.nextBytes(drawn);
    return switch (opener) {
      case Passphrase passphrase ->
          new Made(
              new Stretched(cost, drawn),
              cost.derive(passphrase.bytes(), drawn, CredentialBox.KEY_SIZE));
      case KmsKey key -> {
        byte[] wrapped = key.service().wrap(drawn, context(id, publicHalf));
        yield new Made(new Wrapped(key.service().reference(), wrapped), drawn);
      }
    };
  }

  /** The key, or empty if the opener is of another kind, or of another key. */
  static Optional<byte[]> kek(
      Protection protection, Opener opener, ObjectId id, byte[] publicHalf) {
    return switch (protection) {
      case Stretched(Argon2id cost, byte[] salt) when opener instanceof Passphrase passphrase ->
          Optional.of(derive(cost, passphrase, salt, id));
      case Wrapped(String reference, byte[] wrapped)
          when opener instanceof KmsKey key && key.service().reference().equals(reference) -> {
        Optional<byte[]> kek = key.service().unwrap(wrapped, context(id, publicHalf));
        if (kek.isPresent() && kek.get().length != CredentialBox.KEY_SIZE) {
          Arrays.fill(kek.get(), (byte) 0);
          yield Optional.empty();
        }
        yield kek;
      }
      default -> Optional.empty();
    };
  }

  private static byte[] derive(Argon2id cost, Passphrase passphrase, byte[] salt, ObjectId id) {
    try {
      return cost.derive(passphrase.bytes(), salt, CredentialBox.KEY_SIZE);
    } catch (OutOfMemoryError e) {
      // All of it was for this alone, and is free again.
      throw new SalvorException(
          ErrorCode.CREDENTIAL_TOO_COSTLY,
          "The credential " + id + " cannot be tried",
          "To try a passphrase takes "
              + (cost.memory() >> 10)
              + " MiB of memory, and this process may use "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB",
          "Set SALVOR_JAVA_OPTS=-Xmx2g if it is yours; if nobody has made it, delete the object "
              + ObjectKind.CREDENTIAL.name(id),
          e);
    }
  }

  /** What trying it costs, for the cheap ones to be tried first. */
  default long work() {
    return switch (this) {
      case Stretched(Argon2id cost, byte[] _) -> cost.work();
      case Wrapped _ -> 0;
    };
  }

  private static SortedMap<String, String> context(ObjectId id, byte[] publicHalf) {
    SortedMap<String, String> context = new TreeMap<>();
    context.put("salvor-credential", id.toString());
    context.put("salvor-public-half", HexFormat.of().formatHex(publicHalf));
    return context;
  }
}
