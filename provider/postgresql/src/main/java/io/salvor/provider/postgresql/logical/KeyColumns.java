package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table's columns that are not generated, in the order in which rows are copied, and which of
 * them tell one row from all others: the primary key's, else the replica identity's.
 *
 * @param key places among the columns, from 0 on
 */
record KeyColumns(List<Column> columns, int[] key) {
  private static final String COLUMNS =
      """
      SELECT a.attname AS name, pg_catalog.quote_ident(a.attname) AS quoted,
             a.attidentity = 'a' AS always, tn.nspname AS type_schema
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
      WHERE a.attrelid = %s::pg_catalog.regclass AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY a.attnum
      """;

  private static final String KEY =
      """
      SELECT a.attname AS name
      FROM pg_catalog.pg_index x
      CROSS JOIN pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number
      WHERE x.indexrelid =
        (SELECT i.indexrelid FROM pg_catalog.pg_index i
         WHERE i.indrelid = %s::pg_catalog.regclass
           AND (i.indisprimary OR i.indisreplident) AND i.indisunique AND i.indisvalid
         ORDER BY i.indisprimary DESC LIMIT 1)
        AND k.place <= x.indnkeyatts
      ORDER BY k.place
      """;

  /**
   * A column.
   *
   * @param always whether only the server gives it a value, unless it is overridden
   * @param typeSchema where the operators of its type are
   */
  record Column(String name, String quoted, boolean always, String typeSchema) {}

  /**
   * Of a table.
   *
   * @param quoted its name
   * @throws SalvorException TARGET_INCOMPATIBLE if nothing tells its rows from each other
   */
  static KeyColumns of(ServerConnection connection, String quoted) throws IOException {
    String literal = ServerConnection.quoted(quoted);
    List<Column> columns = new ArrayList<>();
    for (Row row : connection.query(COLUMNS.formatted(literal))) {
      columns.add(
          new Column(
              row.get("name"),
              row.get("quoted"),
              row.get("always").equals("t"),
              row.get("type_schema")));
    }
    List<Integer> key = new ArrayList<>();
    for (Row row : connection.query(KEY.formatted(literal))) {
      String name = row.get("name");
      int place = columns.stream().map(Column::name).toList().indexOf(name);
      if (place < 0) {
        throw none(quoted, "its key has the generated column " + name);
      }
      key.add(place);
    }
    if (key.isEmpty()) {
      throw none(quoted, "it has no primary key and no index that is its replica identity");
    }
    return new KeyColumns(columns, key.stream().mapToInt(Integer::intValue).toArray());
  }

  private static SalvorException none(String quoted, String why) {
    return new SalvorException(
        ErrorCode.TARGET_INCOMPATIBLE,
        "The rows of " + quoted + " cannot be compared one by one",
        why,
        "restore the whole table without --mode, or beside the live one with --map; or give it a"
            + " primary key first");
  }

  /** As SQL lists them. */
  String list() {
    return String.join(", ", columns.stream().map(Column::quoted).toList());
  }

  /** Those of the key. */
  List<Column> keys() {
    List<Column> keys = new ArrayList<>();
    for (int place : key) {
      keys.add(columns.get(place));
    }
    return keys;
  }
}
