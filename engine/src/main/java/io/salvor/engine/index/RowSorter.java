package io.salvor.engine.index;

import io.salvor.engine.durable.Temporaries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sorts rows by blob id with a fixed amount of memory: full buffers are sorted and go to the disk
 * as runs, which are merged when they are read.
 */
final class RowSorter implements AutoCloseable {
  private static final int FIRST = 64 << 10;

  private final int budget;
  private final RowSpool spool;
  private final List<Long> ends = new ArrayList<>();
  private byte[] buffer;
  private int filled;
  private long rows;

  /** Sorts with about {@code budget} bytes. */
  RowSorter(Temporaries temporaries, int budget) {
    this.budget = Math.max(Page.ROW, budget / Page.ROW * Page.ROW);
    this.spool = new RowSpool(temporaries);
    this.buffer = new byte[Math.min(FIRST, this.budget)];
  }

  long rows() {
    return rows;
  }

  /** Makes room for a row in {@link #buffer} and gives its place, to be filled in at once. */
  int add() throws IOException {
    if (filled == buffer.length) {
      if (buffer.length < budget) {
        buffer = Arrays.copyOf(buffer, (int) Math.min(budget, 2L * buffer.length));
      } else {
        spill();
      }
    }
    int at = filled;
    filled += Page.ROW;
    rows++;
    return at;
  }

  byte[] buffer() {
    return buffer;
  }

  private void spill() throws IOException {
    RowSource run = new Sorted(buffer, filled);
    byte[] out = new byte[FIRST];
    int n = 0;
    while (run.advance()) {
      System.arraycopy(run.bytes(), run.at(), out, n, Page.ROW);
      n += Page.ROW;
      if (n == out.length) {
        spool.append(out, n);
        n = 0;
      }
    }
    spool.append(out, n);
    ends.add(spool.size());
    filled = 0;
  }

  /** The sorted runs; nothing can be added any more. */
  List<RowSource> runs() throws IOException {
    if (ends.isEmpty()) {
      return List.of(new Sorted(buffer, filled));
    }
    spill();
    buffer = new byte[0];
    List<RowSource> runs = new ArrayList<>();
    long from = 0;
    for (long to : ends) {
      runs.add(spool.read(from, to, budget / ends.size()));
      from = to;
    }
    return runs;
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }

  /**
   * Rows in memory in their order. Sorted are numbers whose high bits are the id's and whose low
   * bits are the row's place; where the high bits are equal, whole ids decide.
   */
  private static final class Sorted implements RowSource {
    private final byte[] bytes;
    private final long[] order;
    private final int placeBits;
    private int next = -1;

    Sorted(byte[] bytes, int filled) {
      this.bytes = bytes;
      int rows = filled / Page.ROW;
      this.placeBits = 32 - Integer.numberOfLeadingZeros(rows);
      long places = (1L << placeBits) - 1;
      this.order = new long[rows];
      for (int i = 0; i < rows; i++) {
        order[i] = ((Page.getLong(bytes, i * Page.ROW) & ~places) | i) ^ Long.MIN_VALUE;
      }
      Arrays.sort(order);
      sortEqual();
    }

    private void sortEqual() {
      int from = 0;
      for (int i = 1; i <= order.length; i++) {
        if (i == order.length || order[i] >>> placeBits != order[from] >>> placeBits) {
          if (i - from > 1) {
            Long[] equal = Arrays.stream(order, from, i).boxed().toArray(Long[]::new);
            Arrays.sort(equal, (x, y) -> Row.compare(bytes, place(x), bytes, place(y)));
            for (int k = 0; k < equal.length; k++) {
              order[from + k] = equal[k];
            }
          }
          from = i;
        }
      }
    }

    private int place(long key) {
      return (int) (key & (1L << placeBits) - 1) * Page.ROW;
    }

    @Override
    public boolean advance() {
      next++;
      return next < order.length;
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public int at() {
      return place(order[next]);
    }
  }
}
