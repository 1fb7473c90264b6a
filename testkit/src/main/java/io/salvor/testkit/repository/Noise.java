package io.salvor.testkit.repository;

import java.util.Random;

/** Bytes that nothing compresses, the same for the same seed. */
public final class Noise {
  private Noise() {}

  /** So many of them. */
  public static byte[] noise(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
