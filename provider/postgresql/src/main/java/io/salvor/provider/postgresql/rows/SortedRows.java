package io.salvor.provider.postgresql.rows;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Rows that come in any order, and are taken in the order of their keys. For one thread. */
public final class SortedRows implements AutoCloseable {
  private static final int MOST_ROWS = 1 << 17;
  private static final int BYTES = 12 << 20;

  private final int[] keyColumns;
  private final int mostBytes;
  private byte[] arena = new byte[1 << 16];
  private int used;
  private int[] starts = new int[1 << 10];
  private int[] keyEnds = new int[1 << 10];
  private int[] ends = new int[1 << 10];
  private int rows;
  private final List<long[]> runs = new ArrayList<>();
  private @Nullable NamelessFile file;
  private @Nullable PriorityQueue<Run> merge;

  /** A row and its key. */
  public record Keyed(byte[] key, byte[] row) {}

  /**
   * Begins.
   *
   * @param keyColumns which columns make the key, from 0 on, in its order
   */
  public SortedRows(int[] keyColumns) {
    this(keyColumns, BYTES);
  }

  SortedRows(int[] keyColumns, int mostBytes) {
    this.keyColumns = keyColumns.clone();
    this.mostBytes = mostBytes;
  }

  /** A row without its line's end. */
  public void add(byte[] bytes, int from, int to) throws IOException {
    if (rows > 0 && (rows == MOST_ROWS || used + 2L * (to - from) > mostBytes)) {
      spill();
    }
    require(used + 2 * (to - from) + keyColumns.length);
    if (rows == starts.length) {
      starts = Arrays.copyOf(starts, 2 * rows);
      keyEnds = Arrays.copyOf(keyEnds, 2 * rows);
      ends = Arrays.copyOf(ends, 2 * rows);
    }
    starts[rows] = used;
    for (int column : keyColumns) {
      int begin = from;
      for (int i = 0; i < column; i++) {
        begin = end(bytes, begin, to) + 1;
      }
      if (begin > to) {
        throw new IOException("a row that has fewer columns than its table");
      }
      int end = end(bytes, begin, to);
      System.arraycopy(bytes, begin, arena, used, end - begin);
      used += end - begin;
      arena[used++] = '\t';
    }
    keyEnds[rows] = used;
    System.arraycopy(bytes, from, arena, used, to - from);
    used += to - from;
    ends[rows++] = used;
  }

  private static int end(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\t') {
      at++;
    }
    return at;
  }

  private void require(int size) {
    if (size > arena.length) {
      arena = Arrays.copyOf(arena, Math.max(size, (int) Math.min(mostBytes, 2L * arena.length)));
    }
  }

  private Integer[] order() {
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        (a, b) ->
            Arrays.compareUnsigned(arena, starts[a], keyEnds[a], arena, starts[b], keyEnds[b]));
    return order;
  }

  private void spill() throws IOException {
    NamelessFile to = file;
    if (to == null) {
      to = NamelessFile.create();
      file = to;
    }
    long from = to.size();
    for (int i : order()) {
      to.write(keyEnds[i] - starts[i]);
      to.write(ends[i] - keyEnds[i]);
      to.write(arena, starts[i], ends[i]);
    }
    runs.add(new long[] {from, to.size()});
    used = 0;
    rows = 0;
  }

  /** The next row; null at the end. No row may be added any more. */
  public @Nullable Keyed next() throws IOException {
    PriorityQueue<Run> all = merge;
    if (all == null) {
      all = begin();
      merge = all;
    }
    Run first = all.poll();
    if (first == null) {
      return null;
    }
    Keyed row = first.head;
    if (first.advance()) {
      all.add(first);
    }
    return row;
  }

  private PriorityQueue<Run> begin() throws IOException {
    PriorityQueue<Run> all =
        new PriorityQueue<>(
            Comparator.comparing((Run run) -> run.head.key(), Arrays::compareUnsigned));
    NamelessFile from = file;
    if (from != null) {
      if (rows > 0) {
        spill();
      }
      arena = new byte[0];
      from.flush();
      for (long[] run : runs) {
        add(all, new Run(new Spilled(new DataInputStream(from.read(run[0], run[1])))));
      }
    } else {
      add(all, new Run(new Kept(order())));
    }
    return all;
  }

  private static void add(PriorityQueue<Run> all, Run run) throws IOException {
    if (run.advance()) {
      all.add(run);
    }
  }

  private interface Rows {
    @Nullable Keyed next() throws IOException;
  }

  private final class Kept implements Rows {
    private final Integer[] order;
    private int at;

    Kept(Integer[] order) {
      this.order = order;
    }

    @Override
    public @Nullable Keyed next() {
      if (at == order.length) {
        return null;
      }
      int i = order[at++];
      return new Keyed(
          Arrays.copyOfRange(arena, starts[i], keyEnds[i]),
          Arrays.copyOfRange(arena, keyEnds[i], ends[i]));
    }
  }

  private record Spilled(DataInputStream in) implements Rows {
    @Override
    public @Nullable Keyed next() throws IOException {
      // A byte is there unless all have been read.
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int key =
          first << 24
              | in.readUnsignedByte() << 16
              | in.readUnsignedByte() << 8
              | in.readUnsignedByte();
      int row = in.readInt();
      byte[] keyBytes = new byte[key];
      in.readFully(keyBytes);
      byte[] rowBytes = new byte[row];
      in.readFully(rowBytes);
      return new Keyed(keyBytes, rowBytes);
    }
  }

  private static final class Run {
    private final Rows rows;
    private Keyed head = new Keyed(new byte[0], new byte[0]);

    Run(Rows rows) {
      this.rows = rows;
    }

    boolean advance() throws IOException {
      Keyed next = rows.next();
      if (next == null) {
        return false;
      }
      head = next;
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
