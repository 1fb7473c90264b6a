package io.salvor.provider.postgresql.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What becomes of the rows of one table, in the order of their keys. */
public final class RowChanges implements AutoCloseable {
  private static final int SHOWN = 3;

  private final NamelessFile file;
  private final int columns;
  private final long[] counts = new long[RowChange.Kind.values().length];
  private final List<RowChange> samples = new ArrayList<>();

  /** Takes a change. */
  @FunctionalInterface
  public interface Taker {
    void take(RowChange change) throws IOException;
  }

  /** Two rows have the same key. */
  public static final class NotUnique extends IOException {
    private static final long serialVersionUID = 1L;

    NotUnique(byte[] key) {
      super(new String(key, java.nio.charset.StandardCharsets.UTF_8).strip().replace('\t', ','));
    }
  }

  private RowChanges(NamelessFile file, int columns) {
    this.file = file;
    this.columns = columns;
  }

  /**
   * Compares.
   *
   * @param live the rows that are there
   * @param wanted the rows that are to be
   * @param columns how many each has
   * @param kinds which changes are meant; others are left out
   * @throws NotUnique if the key does not tell rows from each other
   */
  public static RowChanges between(
      SortedRows live, SortedRows wanted, int columns, Set<RowChange.Kind> kinds)
      throws IOException {
    NamelessFile file = NamelessFile.create();
    RowChanges changes = new RowChanges(file, columns);
    try {
      changes.compare(live, wanted, kinds);
      file.flush();
      return changes;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void compare(SortedRows live, SortedRows wanted, Set<RowChange.Kind> kinds)
      throws IOException {
    Side left = new Side(live);
    Side right = new Side(wanted);
    while (left.row != null || right.row != null) {
      int order =
          left.row == null
              ? 1
              : right.row == null ? -1 : Arrays.compareUnsigned(left.row.key(), right.row.key());
      byte[] was = order <= 0 && left.row != null ? left.row.row() : null;
      byte[] becomes = order >= 0 && right.row != null ? right.row.row() : null;
      if (was == null || becomes == null || !Arrays.equals(was, becomes)) {
        RowChange change = new RowChange(was, becomes);
        if (kinds.contains(change.kind())) {
          add(change);
        }
      }
      if (order <= 0) {
        left.advance();
      }
      if (order >= 0) {
        right.advance();
      }
    }
  }

  private static final class Side {
    private final SortedRows rows;
    private SortedRows.@org.jspecify.annotations.Nullable Keyed row;

    Side(SortedRows rows) throws IOException {
      this.rows = rows;
      this.row = rows.next();
    }

    void advance() throws IOException {
      SortedRows.Keyed before = row;
      row = rows.next();
      if (before != null && row != null && Arrays.equals(before.key(), row.key())) {
        throw new NotUnique(row.key());
      }
    }
  }

  private void add(RowChange change) throws IOException {
    if (counts[change.kind().ordinal()]++ < SHOWN) {
      samples.add(change);
    }
    byte[] line = change.line();
    file.write(line, 0, line.length);
    file.write(new byte[] {'\n'}, 0, 1);
  }

  /** How many there are of a kind. */
  public long count(RowChange.Kind kind) {
    return counts[kind.ordinal()];
  }

  /** Whether nothing is to be done. */
  public boolean isEmpty() {
    return Arrays.stream(counts).sum() == 0;
  }

  /** The first of each kind. */
  public List<RowChange> samples() {
    return List.copyOf(samples);
  }

  /** Their lines' bytes. */
  public long size() {
    return file.size();
  }

  /** All of them. */
  public void each(Taker taker) throws IOException {
    Lines lines = lines(columns, taker);
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = file.read(0, file.size())) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        lines.add(buffer, count);
      }
    }
    lines.end();
  }

  /** Reads lines that are kept elsewhere. */
  public static Lines lines(int columns, Taker taker) {
    return new Lines((bytes, from, to) -> taker.take(RowChange.of(bytes, from, to, columns)));
  }

  /** A change as it is kept: a line with its end. */
  public static byte[] line(RowChange change) {
    byte[] line = change.line();
    byte[] whole = Arrays.copyOf(line, line.length + 1);
    whole[line.length] = '\n';
    return whole;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
