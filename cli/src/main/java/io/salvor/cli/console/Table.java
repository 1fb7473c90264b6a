package io.salvor.cli.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns that stand in line. Rows are kept until {@link #print}, so this is for results of a
 * bounded size.
 */
public final class Table {
  private final List<String> heads;
  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * Begins a table.
   *
   * @param heads one per column; a leading {@code >} aligns the column to the right
   */
  public Table(String... heads) {
    right = new boolean[heads.length];
    List<String> plain = new ArrayList<>();
    for (int i = 0; i < heads.length; i++) {
      right[i] = heads[i].startsWith(">");
      plain.add(right[i] ? heads[i].substring(1) : heads[i]);
    }
    this.heads = List.copyOf(plain);
  }

  /** Adds a row of as many cells as there are columns. */
  public void row(String... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
    }
    String[] plain = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      plain[i] = PlainText.of(cells[i]);
    }
    rows.add(plain);
  }

  /** Whether there are no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints heads and rows. */
  public void print(TextOutput out) {
    int[] widths = new int[right.length];
    String[] first = heads.toArray(String[]::new);
    rows.addFirst(first);
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String padding = " ".repeat(widths[i] - width(row[i]));
        line.append(i == 0 ? "" : "  ");
        line.append(right[i] ? padding + row[i] : row[i] + padding);
      }
      String text = line.toString().stripTrailing();
      out.line(row == first ? out.faint(text) : text);
    }
    rows.removeFirst();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
