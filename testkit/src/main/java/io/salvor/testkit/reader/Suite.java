package io.salvor.testkit.reader;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The algorithms of suite 1 (§1). */
final class Suite {
  private Suite() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static int compareText(String a, String b) {
    return Arrays.compareUnsigned(utf8(a), utf8(b));
  }

  static byte[] sha256(byte[]... parts) {
    MessageDigest digest = newSha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // HMAC fills a short key up with zeros, so that an empty one is as good as 32 zeros.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[32] : key, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** HKDF-Extract. */
  static byte[] extract(byte[] salt, byte[] input) {
    return hmac(salt, input);
  }

  /** HKDF-Expand. */
  static byte[] expand(byte[] key, byte[] info, int length) {
    byte[] out = new byte[length];
    byte[] block = new byte[0];
    for (int at = 0, i = 1; at < length; at += 32, i++) {
      block = hmac(key, block, info, new byte[] {(byte) i});
      System.arraycopy(block, 0, out, at, Math.min(32, length - at));
    }
    return out;
  }

  static byte[] expand(byte[] key, String label, int length) {
    return expand(key, utf8(label), length);
  }

  /** Decrypts with AES-256-GCM. */
  static byte[] open(byte[] key, byte[] nonce, byte[] associated, byte[] sealed)
      throws DamageException {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
      cipher.updateAAD(associated);
      return cipher.doFinal(sealed);
    } catch (AEADBadTagException e) {
      throw new DamageException("its authentication tag is wrong");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] argon2id(byte[] passphrase, byte[] salt, int memory, int passes, int lanes) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withSalt(salt)
            .withMemoryAsKB(memory)
            .withIterations(passes)
            .withParallelism(lanes)
            .build());
    byte[] key = new byte[32];
    generator.generateBytes(passphrase, key);
    return key;
  }

  static boolean isSignedBy(byte[] publicKey, byte[] message, byte[] signature) {
    return Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
  }

  static byte[] ed25519Public(byte[] seed) {
    return new Ed25519PrivateKeyParameters(seed).generatePublicKey().getEncoded();
  }

  static byte[] x25519Public(byte[] privateHalf) {
    return new X25519PrivateKeyParameters(privateHalf).generatePublicKey().getEncoded();
  }

  static byte[] x25519(byte[] privateHalf, byte[] publicHalf) throws DamageException {
    byte[] shared = new byte[32];
    try {
      new X25519PrivateKeyParameters(privateHalf)
          .generateSecret(new X25519PublicKeyParameters(publicHalf), shared, 0);
    } catch (IllegalStateException e) {
      throw new DamageException("a public half gives a shared secret of zeros");
    }
    return shared;
  }
}
