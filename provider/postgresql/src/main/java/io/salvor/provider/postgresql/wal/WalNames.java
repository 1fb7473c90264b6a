package io.salvor.provider.postgresql.wal;

/** The names of files of WAL, as the server asks for them. */
final class WalNames {
  private WalNames() {}

  /** A segment, by its number from the beginning of all WAL. */
  static String segment(long timeline, long number, long segmentSize) {
    long perFile = (1L << 32) / segmentSize;
    return String.format("%08X%08X%08X", timeline, number / perFile, number % perFile);
  }

  /** What a timeline comes from. */
  static String history(long timeline) {
    return String.format("%08X.history", timeline);
  }
}
