package io.salvor.engine.crypto;

import io.salvor.engine.codec.Pool;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a nonce of 12 and a tag of 16 bytes; safe for several threads.
 *
 * @param sliced whether to feed large inputs in slices
 */
record Gcm(String name, Pool<Cipher> ciphers, boolean sliced) {
  static final int TAG_SIZE = 16;
  static final int NONCE_SIZE = 12;

  // The JDK's cipher is compiled after so many calls, not after so many bytes.
  private static final int SLICE = 64 << 10;

  /** Encrypts; writes {@code length + 16} bytes and gives their number. */
  int seal(
      RawKey key,
      byte[] nonce,
      byte[] associated,
      byte[] plain,
      int offset,
      int length,
      byte[] out,
      int outOffset) {
    try {
      Cipher cipher = ciphers.take();
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE, nonce));
      cipher.updateAAD(associated);
      int at = 0;
      int written = 0;
      if (sliced) {
        for (; length - at > SLICE; at += SLICE) {
          written += cipher.update(plain, offset + at, SLICE, out, outOffset + written);
        }
      }
      written += cipher.doFinal(plain, offset + at, length - at, out, outOffset + written);
      ciphers.give(cipher);
      return written;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to encrypt", e);
    }
  }

  /**
   * Decrypts; writes {@code length - 16} bytes and gives their number. {@code out} may have been
   * written to when this throws.
   */
  int open(
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
    try {
      Cipher cipher = ciphers.take();
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE, nonce));
      cipher.updateAAD(associated);
      int written = cipher.doFinal(sealed, offset, length, out, outOffset);
      ciphers.give(cipher);
      return written;
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to decrypt", e);
    }
  }
}
