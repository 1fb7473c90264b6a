package io.salvor.testkit.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes seeds as damage does, and as somebody who wants to break a parser would. */
final class Mutator {
  private static final int LARGEST = 1 << 16;

  /**
   * Heads of CBOR items, ends of ranges, and bytes that varints and keys treat in their own way.
   */
  private static final int[] INTERESTING = {
    0, 1, 2, 0x17, 0x18, 0x1b, 0x3b, 0x40, 0x5b, 0x5f, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xbb, 0xbf,
    0xc0, 0xf4, 0xf6, 0xfb, 0xff
  };

  private final List<byte[]> seeds;
  private final Random random;

  Mutator(List<byte[]> seeds, Random random) {
    this.seeds = seeds;
    this.random = random;
  }

  byte[] next() {
    byte[] bytes = seed().clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      bytes = mutate(bytes);
    }
    return bytes.length > LARGEST ? Arrays.copyOf(bytes, LARGEST) : bytes;
  }

  private byte[] seed() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private byte[] mutate(byte[] bytes) {
    int at = random.nextInt(bytes.length + 1);
    int end = at + random.nextInt(Math.min(64, bytes.length - at) + 1);
    if (at == bytes.length) {
      return join(bytes, new byte[] {interesting()});
    }
    switch (random.nextInt(9)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = interesting();
      case 2 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
      case 3 -> number(bytes, at);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
      }
      case 6 -> {
        return join(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
      }
      case 7 -> {
        byte[] more = new byte[1 + random.nextInt(40)];
        random.nextBytes(more);
        byte[] head = join(Arrays.copyOf(bytes, at), more);
        return join(head, Arrays.copyOfRange(bytes, at, bytes.length));
      }
      default -> {
        byte[] other = seed();
        int from = random.nextInt(other.length + 1);
        return join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, from, other.length));
      }
    }
    return bytes;
  }

  private byte interesting() {
    return (byte) INTERESTING[random.nextInt(INTERESTING.length)];
  }

  /** A length or a count that is too small, too large or just about right. */
  private void number(byte[] bytes, int at) {
    long[] numbers = {0, 1, -1, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, bytes.length};
    long number = numbers[random.nextInt(numbers.length)] + random.nextInt(3) - 1;
    int size = Math.min(1 << random.nextInt(4), bytes.length - at);
    for (int i = 0; i < size; i++) {
      bytes[at + i] = (byte) (number >>> 8 * (size - 1 - i));
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }
}
