package io.salvor.testkit.torture;

import java.security.SecureRandom;
import java.util.Random;

/** Bytes that a seed gives again, for ids and keys of a test that is to be repeated. */
final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final Random random;

  SeededRandom(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public void nextBytes(byte[] bytes) {
    random.nextBytes(bytes);
  }
}
