package io.salvor.provider.mysql.logical;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows as lines that {@code LOAD DATA} understands as it is: columns between tabs, {@code \N} for
 * NULL; in a column {@code \\}, {@code \t}, {@code \n} and {@code \0} stand for a backslash, a tab,
 * a line feed and a zero byte, every other byte for itself.
 */
final class RowText {
  private RowText() {}

  /** Appends a row. */
  static void append(byte[] @Nullable [] columns, ByteArrayOutputStream to) {
    for (int i = 0; i < columns.length; i++) {
      if (i > 0) {
        to.write('\t');
      }
      byte[] column = columns[i];
      if (column == null) {
        to.write('\\');
        to.write('N');
        continue;
      }
      int begin = 0;
      for (int at = 0; at < column.length; at++) {
        int escape =
            switch (column[at]) {
              case '\\' -> '\\';
              case '\t' -> 't';
              case '\n' -> 'n';
              case 0 -> '0';
              default -> 0;
            };
        if (escape != 0) {
          to.write(column, begin, at - begin);
          to.write('\\');
          to.write(escape);
          begin = at + 1;
        }
      }
      to.write(column, begin, column.length - begin);
    }
    to.write('\n');
  }

  /** Takes rows. */
  interface Taker {
    /** The next row, and how long it was as text; a column is null for NULL. */
    void row(byte[] @Nullable [] columns, int length) throws IOException;
  }

  /** Reads lines that come in pieces. */
  static final class Reader {
    private final byte[] @Nullable [] columns;
    private final Taker taker;
    private byte[] line = new byte[8 << 10];
    private int length;

    /**
     * A reader at the beginning of a row.
     *
     * @param columns how many each row has
     */
    Reader(int columns, Taker taker) {
      this.columns = new byte[columns][];
      this.taker = taker;
    }

    /** The next piece. */
    void add(byte[] bytes, int size) throws IOException {
      int begin = 0;
      for (int i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
          keep(bytes, begin, i - begin);
          row();
          begin = i + 1;
        }
      }
      keep(bytes, begin, size - begin);
    }

    private void keep(byte[] bytes, int from, int size) {
      if (length + size > line.length) {
        line = Arrays.copyOf(line, Math.max(length + size, Math.min(1 << 30, line.length * 2)));
      }
      System.arraycopy(bytes, from, line, length, size);
      length += size;
    }

    /**
     * The end.
     *
     * @throws IOException if the last row has none
     */
    void end() throws IOException {
      if (length > 0) {
        throw new IOException("rows that break off in the middle of one");
      }
    }

    private void row() throws IOException {
      int column = 0;
      int begin = 0;
      for (int at = 0; at <= length; at++) {
        if (at == length || line[at] == '\t') {
          if (column == columns.length) {
            throw new IOException("a row of more than " + columns.length + " columns");
          }
          columns[column++] = plain(begin, at);
          begin = at + 1;
        }
      }
      if (column != columns.length) {
        throw new IOException("a row of " + column + " columns, not " + columns.length);
      }
      taker.row(columns, length + 1);
      length = 0;
    }

    private byte @Nullable [] plain(int begin, int end) throws IOException {
      if (end - begin == 2 && line[begin] == '\\' && line[begin + 1] == 'N') {
        return null;
      }
      int escapes = 0;
      for (int i = begin; i < end; i++) {
        if (line[i] == '\\') {
          escapes++;
          i++;
        }
      }
      byte[] plain = new byte[end - begin - escapes];
      int to = 0;
      for (int i = begin; i < end; i++) {
        byte b = line[i];
        if (b == '\\' && ++i < end) {
          b =
              switch (line[i]) {
                case '\\' -> '\\';
                case 't' -> '\t';
                case 'n' -> '\n';
                case '0' -> 0;
                default -> throw new IOException("an escape that no row has");
              };
        }
        plain[to++] = b;
      }
      return plain;
    }
  }
}
