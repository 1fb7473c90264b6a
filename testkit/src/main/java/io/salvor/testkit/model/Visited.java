package io.salvor.testkit.model;

import java.util.Arrays;

/**
 * The states met so far, each kept as a fingerprint of 128 bits with the number of its predecessor;
 * 32 bytes or so per state. At ten million states the odds that two of them share a fingerprint are
 * below 1 in 10^24.
 */
final class Visited {
  private long[] high = new long[1 << 12];
  private long[] low = new long[1 << 12];
  private int[] parents = new int[1 << 12];
  private int[] table = new int[1 << 13];
  private int size;

  int size() {
    return size;
  }

  int parent(int number) {
    return parents[number];
  }

  /** Adds a state met by way of {@code parent}; returns false when it was there before. */
  boolean add(int[] state, int parent) {
    long a = fingerprint(state, 0x9E3779B97F4A7C15L);
    long b = fingerprint(state, 0xC2B2AE3D27D4EB4FL);
    int slot = slot(a, b);
    if (table[slot] != 0) {
      return false;
    }
    if (size == parents.length) {
      high = Arrays.copyOf(high, size * 2);
      low = Arrays.copyOf(low, size * 2);
      parents = Arrays.copyOf(parents, size * 2);
    }
    high[size] = a;
    low[size] = b;
    parents[size] = parent;
    size++;
    table[slot] = size;
    if (size * 2 > table.length) {
      table = new int[table.length * 2];
      for (int i = 0; i < size; i++) {
        table[slot(high[i], low[i])] = i + 1;
      }
    }
    return true;
  }

  /** Tells whether {@code state} is the one with this number. */
  boolean is(int[] state, int number) {
    return high[number] == fingerprint(state, 0x9E3779B97F4A7C15L)
        && low[number] == fingerprint(state, 0xC2B2AE3D27D4EB4FL);
  }

  private int slot(long a, long b) {
    int mask = table.length - 1;
    int slot = (int) a & mask;
    while (table[slot] != 0 && (high[table[slot] - 1] != a || low[table[slot] - 1] != b)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long fingerprint(int[] state, long seed) {
    long h = seed;
    for (int cell : state) {
      h = (h ^ cell) * 0xFF51AFD7ED558CCDL;
      h ^= h >>> 32;
    }
    h *= seed | 1;
    return h ^ (h >>> 29);
  }
}
