package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;

/**
 * HPKE (RFC 9180) in base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 * The curve and the cipher are libraries', the key schedule is written here
 * (docs/decisions/0006-cryptography.md).
 */
public final class Hpke {
  /** Length of the encapsulated key in bytes. */
  public static final int ENC_SIZE = SealingKey.SIZE;

  private static final int KEM = 0x0020;
  private static final int KDF = 0x0001;
  private static final int AES_256_GCM = 0x0002;
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] KEM_SUITE =
      ByteBuffer.allocate(5).put(ascii("KEM")).putShort((short) KEM).array();

  /** Result of {@link #seal}. */
  public record Sealed(byte[] enc, byte[] ciphertext) {}

  /** What a key schedule gives. */
  record Schedule(byte[] key, byte[] nonce) {}

  private Hpke() {}

  /** Seals to the holder of the private half of {@code publicHalf}. */
  public static Sealed seal(
      byte[] publicHalf, byte[] info, byte[] associated, byte[] plain, SecureRandom random) {
    try (SealingKey ephemeral = SealingKey.generate(random)) {
      return seal(ephemeral, publicHalf, info, associated, plain);
    }
  }

  static Sealed seal(
      SealingKey ephemeral, byte[] publicHalf, byte[] info, byte[] associated, byte[] plain) {
    byte[] enc = ephemeral.publicHalf();
    byte[] secret = ephemeral.agree(publicHalf);
    if (isZero(secret)) {
      throw new IllegalArgumentException("not a public half to seal to");
    }
    byte[] shared = sharedSecret(secret, enc, publicHalf);
    Schedule schedule = schedule(shared, info, AES_256_GCM, 32);
    RawKey key = RawKey.aes(schedule.key);
    byte[] out = new byte[plain.length + Gcm.TAG_SIZE];
    Gcm.seal(key, schedule.nonce, associated, plain, 0, plain.length, out, 0);
    key.destroy();
    return new Sealed(enc, out);
  }

  /**
   * Opens what was sealed to {@code recipient}.
   *
   * @throws AEADBadTagException if it was not, or any of the bytes differ
   */
  public static byte[] open(
      SealingKey recipient, byte[] enc, byte[] info, byte[] associated, byte[] ciphertext)
      throws AEADBadTagException {
    byte[] secret = recipient.agree(enc);
    if (isZero(secret)) {
      throw new AEADBadTagException("the encapsulated key is of low order");
    }
    byte[] shared = sharedSecret(secret, enc, recipient.publicHalf());
    Schedule schedule = schedule(shared, info, AES_256_GCM, 32);
    RawKey key = RawKey.aes(schedule.key);
    try {
      byte[] out = new byte[Math.max(0, ciphertext.length - Gcm.TAG_SIZE)];
      Gcm.open(key, schedule.nonce, associated, ciphertext, 0, ciphertext.length, out, 0);
      return out;
    } finally {
      key.destroy();
    }
  }

  /** ExtractAndExpand of §4.1. */
  static byte[] sharedSecret(byte[] dh, byte[] enc, byte[] recipientPublic) {
    byte[] prk = labeledExtract(KEM_SUITE, EMPTY, "eae_prk", dh);
    byte[] shared = labeledExpand(KEM_SUITE, prk, "shared_secret", join(enc, recipientPublic), 32);
    Arrays.fill(prk, (byte) 0);
    Arrays.fill(dh, (byte) 0);
    return shared;
  }

  /** KeySchedule of §5.1 in base mode. */
  static Schedule schedule(byte[] shared, byte[] info, int aead, int keySize) {
    byte[] suite =
        ByteBuffer.allocate(10)
            .put(ascii("HPKE"))
            .putShort((short) KEM)
            .putShort((short) KDF)
            .putShort((short) aead)
            .array();
    byte[] context =
        join(
            new byte[] {0},
            labeledExtract(suite, EMPTY, "psk_id_hash", EMPTY),
            labeledExtract(suite, EMPTY, "info_hash", info));
    byte[] secret = labeledExtract(suite, shared, "secret", EMPTY);
    byte[] key = labeledExpand(suite, secret, "key", context, keySize);
    byte[] nonce = labeledExpand(suite, secret, "base_nonce", context, Gcm.NONCE_SIZE);
    Arrays.fill(secret, (byte) 0);
    Arrays.fill(shared, (byte) 0);
    return new Schedule(key, nonce);
  }

  private static byte[] labeledExtract(byte[] suite, byte[] salt, String label, byte[] input) {
    return Hmac.extract(salt, ascii("HPKE-v1"), suite, ascii(label), input);
  }

  private static byte[] labeledExpand(
      byte[] suite, byte[] prk, String label, byte[] info, int length) {
    byte[] size = {(byte) (length >>> 8), (byte) length};
    return Hmac.expand(prk, join(size, ascii("HPKE-v1"), suite, ascii(label), info), length);
  }

  private static boolean isZero(byte[] secret) {
    int any = 0;
    for (byte b : secret) {
      any |= b;
    }
    return any == 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }
}
