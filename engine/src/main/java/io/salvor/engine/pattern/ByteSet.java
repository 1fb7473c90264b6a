package io.salvor.engine.pattern;

import java.util.function.IntPredicate;

/** A set of bytes, which never has the slash. */
final class ByteSet {
  /** What {@code ?} stands for. */
  static final ByteSet ALL_BUT_SLASH = of(_ -> true);

  private final long[] words = new long[4];

  private ByteSet() {}

  /** The bytes, as 0 to 255, that a rule takes. */
  static ByteSet of(IntPredicate rule) {
    ByteSet set = new ByteSet();
    for (int b = 0; b < 256; b++) {
      if (b != '/' && rule.test(b)) {
        set.words[b >> 6] |= 1L << b;
      }
    }
    return set;
  }

  boolean contains(byte b) {
    return (words[(b & 0xff) >> 6] >>> b & 1) != 0;
  }
}
