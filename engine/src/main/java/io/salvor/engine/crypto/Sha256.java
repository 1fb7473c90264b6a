package io.salvor.engine.crypto;

import io.salvor.engine.codec.Pool;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 (FIPS 180-4); safe for several threads. */
public final class Sha256 {
  /** Length in bytes. */
  public static final int SIZE = 32;

  private static final Pool<MessageDigest> DIGESTS = new Pool<>(Sha256::start);

  private Sha256() {}

  /** A digest of the caller's own, to be fed piece by piece. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The hash of these parts after each other. */
  public static byte[] of(byte[]... parts) {
    MessageDigest digest = DIGESTS.take();
    for (byte[] part : parts) {
      digest.update(part);
    }
    byte[] hash = digest.digest();
    DIGESTS.give(digest);
    return hash;
  }

  /** The hash of a part of an array. */
  public static byte[] of(byte[] bytes, int offset, int length) {
    MessageDigest digest = DIGESTS.take();
    digest.update(bytes, offset, length);
    byte[] hash = digest.digest();
    DIGESTS.give(digest);
    return hash;
  }
}
