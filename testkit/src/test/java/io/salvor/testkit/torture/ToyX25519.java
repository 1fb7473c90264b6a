package io.salvor.testkit.torture;

import java.nio.ByteBuffer;

/**
 * An agreement on secrets that is quick and weak, with the methods of the library's X25519: powers
 * modulo 2⁶¹ − 1. See {@link ToyCurves}.
 */
public final class ToyX25519 {
  private static final long PRIME = (1L << 61) - 1;
  private static final long BASE = 37;
  private static final int SIZE = 32;

  private ToyX25519() {}

  public static void generatePublicKey(byte[] secret, int at, byte[] key, int keyAt) {
    put(power(BASE, exponent(secret, at)), key, keyAt);
  }

  public static boolean calculateAgreement(
      byte[] secret, int at, byte[] key, int keyAt, byte[] agreed, int agreedAt) {
    long base = ByteBuffer.wrap(key).getLong(keyAt + SIZE - Long.BYTES);
    put(power(base, exponent(secret, at)), agreed, agreedAt);
    return base != 0;
  }

  private static long exponent(byte[] secret, int at) {
    return 2 + (ByteBuffer.wrap(secret).getLong(at) >>> 4);
  }

  private static void put(long value, byte[] bytes, int at) {
    ByteBuffer.wrap(bytes).putLong(at + SIZE - Long.BYTES, value);
  }

  private static long power(long base, long exponent) {
    long result = 1;
    long square = Math.floorMod(base, PRIME);
    for (long rest = exponent; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        result = times(result, square);
      }
      square = times(square, square);
    }
    return result;
  }

  private static long times(long one, long other) {
    long high = Math.multiplyHigh(one, other);
    long low = one * other;
    long sum = (low & PRIME) + (high << 3 | low >>> 61);
    return sum >= PRIME ? sum - PRIME : sum;
  }
}
