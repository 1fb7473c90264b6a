package io.salvor.engine.crypto;

import io.salvor.engine.codec.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * What a credential's key-encryption key seals (docs/format.md §4, field 6 of a credential): a
 * commitment, by which a wrong key is told from damage, then ciphertext and tag. A key seals one
 * box.
 */
public final class CredentialBox {
  /** Length of a key-encryption key in bytes. */
  public static final int KEY_SIZE = 32;

  /** Length of a passphrase's salt in bytes; a salt is used for one box. */
  public static final int SALT_SIZE = 32;

  private static final byte[] SEAL = "salvor/1 credential".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMIT = "salvor/1 commitment".getBytes(StandardCharsets.US_ASCII);
  private static final int COMMITMENT = 32;

  private CredentialBox() {}

  /** Seals {@code plain} for the credential of this id and public half. */
  public static byte[] seal(byte[] kek, ObjectId id, byte[] publicHalf, byte[] plain) {
    RawKey key = RawKey.aes(Hmac.expand(kek, SEAL, 32));
    byte[] out =
        Arrays.copyOf(
            Hmac.expand(kek, COMMIT, COMMITMENT), COMMITMENT + plain.length + Gcm.TAG_SIZE);
    byte[] associated = associated(id, publicHalf);
    Gcm.seal(key, new byte[Gcm.NONCE_SIZE], associated, plain, 0, plain.length, out, COMMITMENT);
    key.destroy();
    return out;
  }

  /**
   * Opens a box; empty if the key is not its one.
   *
   * @throws MalformedException if the key is right and the box was changed
   */
  public static Optional<byte[]> open(byte[] kek, ObjectId id, byte[] publicHalf, byte[] box) {
    int length = box.length - COMMITMENT;
    if (length < Gcm.TAG_SIZE) {
      throw new MalformedException("what the credential seals is too short");
    }
    if (!MessageDigest.isEqual(
        Hmac.expand(kek, COMMIT, COMMITMENT), Arrays.copyOf(box, COMMITMENT))) {
      return Optional.empty();
    }
    RawKey key = RawKey.aes(Hmac.expand(kek, SEAL, 32));
    try {
      byte[] out = new byte[length - Gcm.TAG_SIZE];
      byte[] associated = associated(id, publicHalf);
      Gcm.open(key, new byte[Gcm.NONCE_SIZE], associated, box, COMMITMENT, length, out, 0);
      return Optional.of(out);
    } catch (AEADBadTagException e) {
      throw new MalformedException("what the credential seals was changed", e);
    } finally {
      key.destroy();
    }
  }

  private static byte[] associated(ObjectId id, byte[] publicHalf) {
    ByteBuffer out = ByteBuffer.allocate(SEAL.length + ObjectId.SIZE + publicHalf.length);
    out.put(SEAL);
    id.to(out);
    return out.put(publicHalf).array();
  }
}
