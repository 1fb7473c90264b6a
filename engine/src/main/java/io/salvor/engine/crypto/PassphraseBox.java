package io.salvor.engine.crypto;

import io.salvor.engine.codec.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * What a passphrase seals (docs/format.md §4, field 6 of a credential): a commitment, by which a
 * wrong passphrase is told from damage, then ciphertext and tag.
 */
public final class PassphraseBox {
  /** Length of the salt in bytes; a salt is used for one box. */
  public static final int SALT_SIZE = 32;

  private static final byte[] SEAL = "salvor/1 credential".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMIT = "salvor/1 commitment".getBytes(StandardCharsets.US_ASCII);
  private static final int COMMITMENT = 32;

  private PassphraseBox() {}

  /** Seals {@code plain} for the credential of this id and public half. */
  public static byte[] seal(
      byte[] passphrase, Argon2id cost, byte[] salt, ObjectId id, byte[] publicHalf, byte[] plain) {
    byte[] kek = cost.derive(passphrase, salt, 32);
    RawKey key = RawKey.aes(Hmac.expand(kek, SEAL, 32));
    byte[] out =
        Arrays.copyOf(
            Hmac.expand(kek, COMMIT, COMMITMENT), COMMITMENT + plain.length + Gcm.TAG_SIZE);
    Arrays.fill(kek, (byte) 0);
    byte[] associated = associated(id, publicHalf);
    Gcm.seal(key, new byte[Gcm.NONCE_SIZE], associated, plain, 0, plain.length, out, COMMITMENT);
    key.destroy();
    return out;
  }

  /**
   * Opens a box; empty if the passphrase is not its one.
   *
   * @throws MalformedException if the passphrase is right and the box was changed
   */
  public static Optional<byte[]> open(
      byte[] passphrase, Argon2id cost, byte[] salt, ObjectId id, byte[] publicHalf, byte[] box) {
    int length = box.length - COMMITMENT;
    if (length < Gcm.TAG_SIZE) {
      throw new MalformedException("what the passphrase seals is too short");
    }
    byte[] kek = cost.derive(passphrase, salt, 32);
    byte[] commitment = Hmac.expand(kek, COMMIT, COMMITMENT);
    RawKey key = RawKey.aes(Hmac.expand(kek, SEAL, 32));
    Arrays.fill(kek, (byte) 0);
    try {
      if (!MessageDigest.isEqual(commitment, Arrays.copyOf(box, COMMITMENT))) {
        return Optional.empty();
      }
      byte[] out = new byte[length - Gcm.TAG_SIZE];
      byte[] associated = associated(id, publicHalf);
      Gcm.open(key, new byte[Gcm.NONCE_SIZE], associated, box, COMMITMENT, length, out, 0);
      return Optional.of(out);
    } catch (AEADBadTagException e) {
      throw new MalformedException("what the passphrase seals was changed", e);
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
