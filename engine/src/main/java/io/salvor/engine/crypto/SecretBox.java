package io.salvor.engine.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * AES-256-GCM with a random nonce before the ciphertext, for what is no object of a repository: a
 * few boxes for each key, far below the 2³² after which random nonces may meet.
 */
public final class SecretBox {
  /** Length of a key in bytes. */
  public static final int KEY_SIZE = 32;

  /** What sealing adds, in bytes. */
  public static final int OVERHEAD = Gcm.NONCE_SIZE + Gcm.TAG_SIZE;

  private SecretBox() {}

  /** Seals; the associated bytes are bound to the box and not in it. */
  public static byte[] seal(byte[] key, byte[] associated, byte[] plain, SecureRandom random) {
    byte[] nonce = new byte[Gcm.NONCE_SIZE];
    random.nextBytes(nonce);
    byte[] out = Arrays.copyOf(nonce, plain.length + OVERHEAD);
    RawKey raw = RawKey.aes(key.clone());
    Gcm.seal(raw, nonce, associated, plain, 0, plain.length, out, Gcm.NONCE_SIZE);
    raw.destroy();
    return out;
  }

  /** Opens a box; empty if key, associated bytes or box are not those that were sealed. */
  public static Optional<byte[]> open(byte[] key, byte[] associated, byte[] box) {
    if (box.length < OVERHEAD) {
      return Optional.empty();
    }
    RawKey raw = RawKey.aes(key.clone());
    try {
      byte[] nonce = Arrays.copyOf(box, Gcm.NONCE_SIZE);
      byte[] out = new byte[box.length - OVERHEAD];
      Gcm.open(raw, nonce, associated, box, Gcm.NONCE_SIZE, box.length - Gcm.NONCE_SIZE, out, 0);
      return Optional.of(out);
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } finally {
      raw.destroy();
    }
  }
}
