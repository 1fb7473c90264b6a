package io.salvor.engine.pack;

/** The zeros that hide a pack's exact size (docs/format.md §6). */
final class Padding {
  private static final int LEAST_UNIT = 256;
  private static final int FRACTION = 1024;

  private Padding() {}

  /** Zeros that a pack of so many bytes without them must have. */
  static int of(long size) {
    long unit = Math.max(LEAST_UNIT, Long.highestOneBit(size / FRACTION));
    return (int) ((unit - size % unit) % unit);
  }
}
