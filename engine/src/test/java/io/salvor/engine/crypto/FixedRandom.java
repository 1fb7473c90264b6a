package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** Randomness that is none: SHA-256 of a seed and a counter, for examples and golden tests. */
public final class FixedRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final byte[] seed;
  private long counter;

  public FixedRandom(String seed) {
    this.seed = Sha256.of(seed.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Override
  public synchronized void nextBytes(byte[] bytes) {
    for (int at = 0; at < bytes.length; at += Sha256.SIZE) {
      byte[] block = Sha256.of(seed, ByteBuffer.allocate(8).putLong(counter++).array());
      System.arraycopy(block, 0, bytes, at, Math.min(block.length, bytes.length - at));
    }
  }
}
