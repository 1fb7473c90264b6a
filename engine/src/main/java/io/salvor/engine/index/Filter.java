package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;

/**
 * A blocked Bloom filter over blob ids. A block has 64 bytes: seven words of bits, and a word that
 * checks them, so that a damaged block is noticed and says neither yes nor no. The block of an id
 * follows from its first word in ascending order, so that ids that come sorted fill one block after
 * the other. Blob ids are keyed hashes already: their words serve as they are.
 */
final class Filter {
  static final int BLOCK = 64;
  private static final int IDS_PER_BLOCK = 40;
  private static final int WORDS = 7;
  private static final int BITS = WORDS * 64;
  private static final int PROBES = 5;
  private static final int PROBE_BITS = 12;

  private Filter() {}

  /** Blocks for so many ids: about one stranger in a hundred is let through. */
  static long blocks(long ids) {
    return ids / IDS_PER_BLOCK + 1;
  }

  /** The block of an id that begins with the word {@code first}. */
  static long block(long first, long blocks) {
    return Math.unsignedMultiplyHigh(first, blocks);
  }

  static void add(long[] words, long second) {
    long rest = second;
    for (int i = 0; i < PROBES; i++) {
      int bit = bit(rest);
      words[bit >>> 6] |= 1L << bit;
      rest >>>= PROBE_BITS;
    }
  }

  static boolean mayContain(long[] words, BlobId id) {
    long rest = id.b();
    for (int i = 0; i < PROBES; i++) {
      int bit = bit(rest);
      if ((words[bit >>> 6] & 1L << bit) == 0) {
        return false;
      }
      rest >>>= PROBE_BITS;
    }
    return true;
  }

  private static int bit(long rest) {
    return (int) (((rest & ((1 << PROBE_BITS) - 1)) * BITS) >>> PROBE_BITS);
  }

  /** The word that checks the first seven of a block. */
  static long check(long[] words, long file, long block) {
    long h = file ^ block * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < WORDS; i++) {
      h = (h ^ words[i]) * 0xD6E8FEB86659FD93L;
      h ^= h >>> 32;
    }
    return h;
  }
}
