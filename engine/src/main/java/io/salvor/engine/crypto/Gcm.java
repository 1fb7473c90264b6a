package io.salvor.engine.crypto;

import io.salvor.engine.codec.Pool;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a nonce of 12 and a tag of 16 bytes; safe for several threads.
 *
 * <p>The JDK's cipher is 150 times slower until it has been compiled, which happens after so many
 * calls, however large they are. So once there is bulk work, a thread makes thousands of small
 * calls beside it, and again while there is more of it, for a compiler that is busy forgets calls
 * (docs/decisions/0006-cryptography.md).
 */
public final class Gcm {
  static final int TAG_SIZE = 16;
  static final int NONCE_SIZE = 12;

  private static final int SLICE = 64 << 10;

  /** After so many bytes the small calls are made, once for each. */
  private static final long[] BULK = {2 << 20, 12 << 20, 30 << 20, 70 << 20, 150 << 20, 300 << 20};

  private static final int WARMING_CALLS = 6000;
  private static final int WARMING_SIZE = 1024;

  private static final Pool<Cipher> CIPHERS = new Pool<>(Gcm::cipher);
  private static final AtomicLong SEEN = new AtomicLong();
  private static final AtomicInteger WARMED = new AtomicInteger();

  private Gcm() {}

  /** Encrypts; writes {@code length + 16} bytes and gives their number. */
  static int seal(
      RawKey key,
      byte[] nonce,
      byte[] associated,
      byte[] plain,
      int offset,
      int length,
      byte[] out,
      int outOffset) {
    count(length);
    return encrypt(key, nonce, associated, plain, offset, length, out, outOffset);
  }

  private static int encrypt(
      RawKey key,
      byte[] nonce,
      byte[] associated,
      byte[] plain,
      int offset,
      int length,
      byte[] out,
      int outOffset) {
    try {
      Cipher cipher = CIPHERS.take();
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE, nonce));
      cipher.updateAAD(associated);
      int at = 0;
      int written = 0;
      for (; length - at > SLICE; at += SLICE) {
        written += cipher.update(plain, offset + at, SLICE, out, outOffset + written);
      }
      written += cipher.doFinal(plain, offset + at, length - at, out, outOffset + written);
      CIPHERS.give(cipher);
      return written;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to encrypt", e);
    }
  }

  /**
   * Decrypts; writes {@code length - 16} bytes and gives their number. {@code out} may have been
   * written to when this throws.
   */
  static int open(
      RawKey key,
      byte[] nonce,
      byte[] associated,
      byte[] sealed,
      int offset,
      int length,
      byte[] out,
      int outOffset)
      throws AEADBadTagException {
    if (length < TAG_SIZE) {
      throw new AEADBadTagException("shorter than a tag");
    }
    count(length);
    return decrypt(key, nonce, associated, sealed, offset, length, out, outOffset);
  }

  private static int decrypt(
      RawKey key,
      byte[] nonce,
      byte[] associated,
      byte[] sealed,
      int offset,
      int length,
      byte[] out,
      int outOffset)
      throws AEADBadTagException {
    try {
      Cipher cipher = CIPHERS.take();
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE, nonce));
      cipher.updateAAD(associated);
      int written = cipher.doFinal(sealed, offset, length, out, outOffset);
      CIPHERS.give(cipher);
      return written;
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to decrypt", e);
    }
  }

  private static void count(int length) {
    int round = WARMED.getPlain();
    if (round < BULK.length && SEEN.addAndGet(length) > BULK[round]) {
      startWarming(round);
    }
  }

  private static void startWarming(int round) {
    if (WARMED.compareAndSet(round, round + 1)) {
      Thread.ofPlatform().daemon().name("cipher-warming").start(() -> warm(round));
    }
  }

  private static void warm(int round) {
    byte[] secret = new byte[32];
    // The JDK refuses a nonce that its cipher has just met with the same key.
    secret[0] = (byte) round;
    RawKey key = RawKey.aes(secret);
    byte[] plain = new byte[WARMING_SIZE];
    byte[] sealed = new byte[WARMING_SIZE + TAG_SIZE];
    for (int i = 0; i < WARMING_CALLS; i++) {
      byte[] nonce = ByteBuffer.allocate(NONCE_SIZE).putInt(i).array();
      encrypt(key, nonce, nonce, plain, 0, plain.length, sealed, 0);
      try {
        decrypt(key, nonce, nonce, sealed, 0, sealed.length, plain, 0);
      } catch (AEADBadTagException e) {
        throw new IllegalStateException("AES-GCM does not decrypt what it has encrypted", e);
      }
    }
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }
}
