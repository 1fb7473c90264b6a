package io.salvor.provider.postgresql.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of an answer: its values as text, by the columns' names. */
public final class Row {
  private final List<String> columns;
  private final @Nullable String[] values;

  Row(List<String> columns, @Nullable String[] values) {
    this.columns = columns;
    this.values = values;
  }

  /**
   * The value of a column; null if it has none.
   *
   * @throws ProtocolException if there is no such column
   */
  public @Nullable String find(String column) throws ProtocolException {
    int place = columns.indexOf(column);
    if (place < 0) {
      throw new ProtocolException("an answer without the column " + column + ": " + columns);
    }
    return values[place];
  }

  /**
   * The value of a column.
   *
   * @throws ProtocolException if it has none
   */
  public String get(String column) throws ProtocolException {
    String value = find(column);
    if (value == null) {
      throw new ProtocolException("an answer whose column " + column + " is empty");
    }
    return value;
  }

  /** The columns' names. */
  public List<String> columns() {
    return columns;
  }
}
