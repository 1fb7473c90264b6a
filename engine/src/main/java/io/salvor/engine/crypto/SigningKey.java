package io.salvor.engine.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** An Ed25519 key pair (RFC 8032): a repository's authority. Closing it destroys it. */
public final class SigningKey implements AutoCloseable {
  /** Length of the seed and of the public key in bytes. */
  public static final int SIZE = 32;

  /** Length of a signature in bytes. */
  public static final int SIGNATURE_SIZE = 64;

  private final byte[] seed;
  private final byte[] publicKey;

  private SigningKey(byte[] seed) {
    this.seed = seed;
    this.publicKey = new byte[SIZE];
    Ed25519.generatePublicKey(seed, 0, publicKey, 0);
  }

  /** A new pair. */
  public static SigningKey generate(SecureRandom random) {
    byte[] seed = new byte[SIZE];
    random.nextBytes(seed);
    return new SigningKey(seed);
  }

  /** The pair of a seed, which is copied. */
  public static SigningKey of(byte[] seed) {
    if (seed.length != SIZE) {
      throw new IllegalArgumentException("an Ed25519 seed has 32 bytes");
    }
    return new SigningKey(seed.clone());
  }

  /** A copy of the public key. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** A copy of the seed, which the caller destroys. */
  public byte[] seed() {
    return seed.clone();
  }

  /** The signature of a message. */
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  /** Whether the signature is the key holder's. */
  public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    return publicKey.length == SIZE
        && signature.length == SIGNATURE_SIZE
        && Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
  }

  @Override
  public void close() {
    Arrays.fill(seed, (byte) 0);
  }
}
