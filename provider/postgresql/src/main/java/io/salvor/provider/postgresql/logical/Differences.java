package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.rows.Lines;
import io.salvor.provider.postgresql.rows.RowChange;
import io.salvor.provider.postgresql.rows.RowChanges;
import io.salvor.provider.postgresql.rows.SortedRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** In which rows live tables differ from those that are wanted, table by table. */
final class Differences implements AutoCloseable {
  private final Map<Key, OfTable> tables = new TreeMap<>();
  private Set<RowChange.Kind> kinds = EnumSet.allOf(RowChange.Kind.class);

  /**
   * Of one table.
   *
   * @param columns of both sides
   * @param encoding of both, empty for UTF-8
   */
  record OfTable(Table table, KeyColumns columns, String encoding, RowChanges changes) {}

  /** Only these changes are meant. */
  void only(Set<RowChange.Kind> those) {
    kinds = EnumSet.copyOf(those);
  }

  /**
   * Compares a table.
   *
   * @return whether anything is to be done
   * @throws SalvorException TARGET_INCOMPATIBLE if they cannot be compared
   */
  boolean compare(ServerConnection live, Table table, Key key, Entry wanted, Supply supply)
      throws IOException {
    KeyColumns columns = KeyColumns.of(live, table.quoted());
    Attributes attributes = wanted.attributes();
    if (!attributes.text("columns").equals(columns.list())) {
      throw incomparable(
          table,
          "it has the columns "
              + columns.list()
              + ", and in the backup it had "
              + attributes.text("columns"));
    }
    String encoding = attributes.text("encoding");
    try (SortedRows left = new SortedRows(columns.key());
        SortedRows right = new SortedRows(columns.key())) {
      Lines there = new Lines(left::add);
      var _ = Tables.read(live, table, encoding, there::add);
      there.end();
      Lines then = new Lines(right::add);
      supply.read(key, wanted, then::add);
      then.end();
      RowChanges changes = RowChanges.between(left, right, columns.columns().size(), kinds);
      OfTable before = tables.put(key, new OfTable(table, columns, encoding, changes));
      if (before != null) {
        before.changes().close();
      }
      if (changes.isEmpty()) {
        tables.remove(key);
        changes.close();
        return false;
      }
      return true;
    } catch (RowChanges.NotUnique e) {
      throw incomparable(table, "the key " + e.getMessage() + " stands for more than one row");
    }
  }

  private static SalvorException incomparable(Table table, String why) {
    return new SalvorException(
        ErrorCode.TARGET_INCOMPATIBLE,
        "The rows of " + table.quoted() + " cannot be compared one by one",
        why,
        "restore it beside the live one with --map, and take by SQL what you need");
  }

  /** What was found of a table; null if it was not compared, or nothing is to be done. */
  @Nullable OfTable of(Key key) {
    return tables.get(key);
  }

  /** What a person should know: how many rows, and the first of them. */
  List<Notice> notices() {
    List<Notice> notices = new ArrayList<>();
    tables.forEach(
        (key, of) -> {
          RowChanges changes = of.changes();
          notices.add(
              new Notice(
                  "rows-differ",
                  key.toString(),
                  "%,d added, %,d changed, %,d deleted"
                      .formatted(
                          changes.count(RowChange.Kind.ADDED),
                          changes.count(RowChange.Kind.CHANGED),
                          changes.count(RowChange.Kind.DELETED))));
          for (RowChange change : changes.samples()) {
            notices.add(
                new Notice(
                    "row-" + change.kind().name().toLowerCase(java.util.Locale.ROOT),
                    key.toString(),
                    RowText.of(change, of.columns())));
          }
        });
    return notices;
  }

  /** Table by table, how many rows. */
  List<RowCounts> counts() {
    List<RowCounts> counts = new ArrayList<>();
    tables.forEach(
        (key, of) ->
            counts.add(
                new RowCounts(
                    key.toString(),
                    of.changes().count(RowChange.Kind.ADDED),
                    of.changes().count(RowChange.Kind.CHANGED),
                    of.changes().count(RowChange.Kind.DELETED))));
    return counts;
  }

  @Override
  public void close() throws IOException {
    for (OfTable of : tables.values()) {
      of.changes().close();
    }
    tables.clear();
  }
}
