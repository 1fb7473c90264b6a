package io.salvor.provider.mysql.binlog;

import java.util.Comparator;

/**
 * Somewhere in a binary log.
 *
 * @param file the number of its file
 * @param offset in bytes from the file's beginning
 */
public record BinlogPlace(long file, long offset) implements Comparable<BinlogPlace> {
  private static final Comparator<BinlogPlace> ORDER =
      Comparator.comparingLong(BinlogPlace::file).thenComparingLong(BinlogPlace::offset);

  @Override
  public int compareTo(BinlogPlace other) {
    return ORDER.compare(this, other);
  }

  /** Whether it lies before another. */
  public boolean isBefore(BinlogPlace other) {
    return compareTo(other) < 0;
  }

  /** As servers write it, with a file's name. */
  public String text(BinlogName name) {
    return name.at(file) + ":" + offset;
  }
}
