package io.salvor.testkit.torture;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Signatures that anybody can forge, with the methods of the library's Ed25519, for tests that are
 * about the order of operations and sign very often. See {@link ToyCurves}.
 */
public final class ToyEd25519 {
  private static final int SIZE = 32;

  private ToyEd25519() {}

  public static void generatePublicKey(byte[] seed, int at, byte[] key, int keyAt) {
    byte[] hash = hash(Arrays.copyOfRange(seed, at, at + SIZE), new byte[0]);
    System.arraycopy(hash, 0, key, keyAt, SIZE);
  }

  public static void sign(
      byte[] seed,
      int seedAt,
      byte[] key,
      int keyAt,
      byte[] message,
      int at,
      int length,
      byte[] signature,
      int signatureAt) {
    byte[] hash = hash(part(key, keyAt, SIZE), part(message, at, length));
    System.arraycopy(hash, 0, signature, signatureAt, SIZE);
    System.arraycopy(hash, 0, signature, signatureAt + SIZE, SIZE);
  }

  public static boolean verify(
      byte[] signature,
      int signatureAt,
      byte[] key,
      int keyAt,
      byte[] message,
      int at,
      int length) {
    byte[] hash = hash(part(key, keyAt, SIZE), part(message, at, length));
    return Arrays.equals(hash, part(signature, signatureAt, SIZE))
        && Arrays.equals(hash, part(signature, signatureAt + SIZE, SIZE));
  }

  private static byte[] part(byte[] bytes, int at, int length) {
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  private static byte[] hash(byte[] one, byte[] other) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(one);
      return digest.digest(other);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
