package io.salvor.engine.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** An X25519 key pair (RFC 7748): of an epoch or of a credential. Closing it destroys it. */
public final class SealingKey implements AutoCloseable {
  /** Length of either half in bytes. */
  public static final int SIZE = 32;

  private final byte[] privateHalf;
  private final byte[] publicHalf;

  private SealingKey(byte[] privateHalf) {
    this.privateHalf = privateHalf;
    this.publicHalf = new byte[SIZE];
    X25519.generatePublicKey(privateHalf, 0, publicHalf, 0);
  }

  /** A new pair. */
  public static SealingKey generate(SecureRandom random) {
    byte[] secret = new byte[SIZE];
    random.nextBytes(secret);
    return new SealingKey(secret);
  }

  /** The pair of a private half, which is copied. */
  public static SealingKey of(byte[] privateHalf) {
    if (privateHalf.length != SIZE) {
      throw new IllegalArgumentException("an X25519 key has 32 bytes");
    }
    return new SealingKey(privateHalf.clone());
  }

  /** A copy of the public half. */
  public byte[] publicHalf() {
    return publicHalf.clone();
  }

  /** A copy of the private half, which the caller destroys. */
  public byte[] privateHalf() {
    return privateHalf.clone();
  }

  /** The shared secret with another's public half, or one of zeros if that is of low order. */
  byte[] agree(byte[] otherPublic) {
    byte[] secret = new byte[SIZE];
    if (!X25519.calculateAgreement(privateHalf, 0, otherPublic, 0, secret, 0)) {
      Arrays.fill(secret, (byte) 0);
    }
    return secret;
  }

  @Override
  public void close() {
    Arrays.fill(privateHalf, (byte) 0);
  }
}
