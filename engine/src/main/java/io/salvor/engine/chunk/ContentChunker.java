package io.salvor.engine.chunk;

/**
 * FastCDC with normalised cut points (Xia et al., USENIX ATC 2016) over a keyed gear table. The
 * first {@link #MINIMUM} bytes of a chunk are not looked at. A byte's trace leaves the hash after
 * 64 more, so that equal content falls into step again soon after a difference.
 */
final class ContentChunker implements Chunker {
  static final int MINIMUM = 256 << 10;
  static final int NORMAL = 1 << 20;
  static final int MAXIMUM = 4 << 20;

  private static final long STRICT_MASK = -1L << (64 - 22);
  private static final long LOOSE_MASK = -1L << (64 - 18);

  private final long[] gear;
  private int taken;
  private long hash;

  ContentChunker(long[] gear) {
    if (gear.length != 256) {
      throw new IllegalArgumentException("a gear table has 256 words, not " + gear.length);
    }
    this.gear = gear.clone();
  }

  @Override
  public int next(byte[] bytes, int from, int to) {
    int at = from;
    if (taken < MINIMUM) {
      at += advance(at, to, MINIMUM);
    }
    if (taken >= MINIMUM && taken < NORMAL) {
      int end = scan(bytes, at, at + Math.min(to - at, NORMAL - taken), STRICT_MASK);
      if (end >= 0) {
        return cut(from, end);
      }
      at += advance(at, to, NORMAL);
    }
    if (taken >= NORMAL) {
      int end = scan(bytes, at, at + Math.min(to - at, MAXIMUM - taken), LOOSE_MASK);
      if (end >= 0) {
        return cut(from, end);
      }
      at += advance(at, to, MAXIMUM);
      if (taken == MAXIMUM) {
        return cut(from, at);
      }
    }
    return NONE;
  }

  private int advance(int at, int to, int limit) {
    int step = Math.min(to - at, limit - taken);
    taken += step;
    return step;
  }

  private int cut(int from, int end) {
    reset();
    return end - from;
  }

  /**
   * Rolls the hash over the bytes and gives the place after the first at which {@code mask} finds
   * only zeros, or {@link #NONE}. Four bytes a step, for the loop's own work shows at this speed.
   */
  private int scan(byte[] bytes, int from, int to, long mask) {
    long[] table = gear;
    long h = hash;
    int i = from;
    for (; i < to - 3; i += 4) {
      h = (h << 1) + table[bytes[i] & 0xff];
      if ((h & mask) == 0) {
        return i + 1;
      }
      h = (h << 1) + table[bytes[i + 1] & 0xff];
      if ((h & mask) == 0) {
        return i + 2;
      }
      h = (h << 1) + table[bytes[i + 2] & 0xff];
      if ((h & mask) == 0) {
        return i + 3;
      }
      h = (h << 1) + table[bytes[i + 3] & 0xff];
      if ((h & mask) == 0) {
        return i + 4;
      }
    }
    for (; i < to; i++) {
      h = (h << 1) + table[bytes[i] & 0xff];
      if ((h & mask) == 0) {
        return i + 1;
      }
    }
    hash = h;
    return NONE;
  }

  @Override
  public void reset() {
    taken = 0;
    hash = 0;
  }

  @Override
  public int maximum() {
    return MAXIMUM;
  }
}
