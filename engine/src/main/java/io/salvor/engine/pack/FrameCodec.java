package io.salvor.engine.pack;

import io.salvor.engine.codec.Zstd;

/** Decides whether and how a frame is compressed. */
final class FrameCodec {
  /** Bytes that compression must save of a hundred to be worth unpacking. */
  private static final int LEAST_GAIN = 3;

  private static final int PROBE_FROM = 128 << 10;
  private static final int PROBES = 4;
  private static final int PROBE = 8 << 10;
  private static final int PROBE_LEVEL = 1;

  private FrameCodec() {}

  /**
   * Compresses into {@code out}.
   *
   * @param level zstd's
   * @param uniform whether the bytes are of one blob, so that samples tell of all of it
   * @return the compressed length, or {@link Zstd#NO_ROOM} if it is not worth it
   */
  static int compress(int level, boolean uniform, byte[] plain, int length, byte[] out) {
    if (uniform && length >= PROBE_FROM && !isCompressible(plain, length, out)) {
      return Zstd.NO_ROOM;
    }
    return Zstd.compress(level, plain, 0, length, out, 0, most(length));
  }

  /** Tries a few places: encrypted and compressed files, sounds and pictures end here. */
  private static boolean isCompressible(byte[] plain, int length, byte[] scratch) {
    for (int i = 0; i < PROBES; i++) {
      int at = (int) ((long) (length - PROBE) * i / (PROBES - 1));
      if (Zstd.compress(PROBE_LEVEL, plain, at, PROBE, scratch, 0, most(PROBE)) != Zstd.NO_ROOM) {
        return true;
      }
    }
    return false;
  }

  private static int most(int length) {
    return (int) ((long) length * (100 - LEAST_GAIN) / 100);
  }
}
