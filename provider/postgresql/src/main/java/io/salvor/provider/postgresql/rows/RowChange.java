package io.salvor.provider.postgresql.rows;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one row.
 *
 * @param was the row as it is there now; null if there is none
 * @param becomes the row as it is to be; null if it is to go
 */
public record RowChange(byte @Nullable [] was, byte @Nullable [] becomes) {

  /** What is done. */
  public enum Kind {
    ADDED('A'),
    CHANGED('C'),
    DELETED('D');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** As it stands in a line of changes. */
    public char letter() {
      return letter;
    }
  }

  /** What is done. */
  public Kind kind() {
    return was == null ? Kind.ADDED : becomes == null ? Kind.DELETED : Kind.CHANGED;
  }

  /** What takes it back. */
  public RowChange reversed() {
    return new RowChange(becomes, was);
  }

  /** A line without its end: the kind's letter, and the rows, separated by tabs. */
  byte[] line() {
    byte[] first = was == null ? new byte[0] : was;
    byte[] second = becomes == null ? new byte[0] : becomes;
    boolean both = was != null && becomes != null;
    byte[] line = new byte[2 + first.length + (both ? 1 : 0) + second.length];
    line[0] = (byte) kind().letter();
    line[1] = '\t';
    System.arraycopy(first, 0, line, 2, first.length);
    if (both) {
      line[2 + first.length] = '\t';
    }
    System.arraycopy(second, 0, line, line.length - second.length, second.length);
    return line;
  }

  /**
   * Reads a line.
   *
   * @param columns how many a row has
   */
  static RowChange of(byte[] bytes, int from, int to, int columns) {
    byte kind = bytes[from];
    byte[] rest = Arrays.copyOfRange(bytes, from + 2, to);
    if (kind == Kind.ADDED.letter()) {
      return new RowChange(null, rest);
    }
    if (kind == Kind.DELETED.letter()) {
      return new RowChange(rest, null);
    }
    int at = -1;
    for (int i = 0; i < columns; i++) {
      do {
        at++;
      } while (at < rest.length && rest[at] != '\t');
    }
    return new RowChange(Arrays.copyOf(rest, at), Arrays.copyOfRange(rest, at + 1, rest.length));
  }
}
