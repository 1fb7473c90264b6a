package io.salvor.provider.mysql.logical;

import io.salvor.engine.content.RowDigest;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tables and how their rows are read. */
final class Tables {
  // Of a row of this type many are held in memory at a time, for it cannot be large.
  private static final Set<String> LARGE =
      Set.of(
          "blob",
          "mediumblob",
          "longblob",
          "text",
          "mediumtext",
          "longtext",
          "json",
          "geometry",
          "point",
          "linestring",
          "polygon",
          "multipoint",
          "multilinestring",
          "multipolygon",
          "geometrycollection");

  // What comes as its bytes; every other type comes as the text that SQL writes for it.
  private static final Set<String> BYTES =
      Set.of(
          "char",
          "varchar",
          "tinytext",
          "text",
          "mediumtext",
          "longtext",
          "enum",
          "set",
          "binary",
          "varbinary",
          "tinyblob",
          "blob",
          "mediumblob",
          "longblob",
          "bit",
          "vector",
          "geometry",
          "point",
          "linestring",
          "polygon",
          "multipoint",
          "multilinestring",
          "multipolygon",
          "geometrycollection");

  private static final int MANY_ROWS = 500;
  private static final int FEW_ROWS = 4;
  private static final int PIECE = 256 << 10;

  private Tables() {}

  /**
   * A column that is not generated.
   *
   * @param type as the information schema names it, in lower case
   */
  record Column(String name, String type) {
    /** Whether its values are handed over as they are kept. */
    boolean isBytes() {
      return BYTES.contains(type);
    }

    private String read() {
      String quoted = Session.quoted(name);
      if (isBytes()) {
        return quoted;
      }
      // As a float it would be told with six digits only.
      return type.equals("float")
          ? "CAST(CAST(" + quoted + " AS DOUBLE) AS CHAR)"
          : "CAST(" + quoted + " AS CHAR)";
    }
  }

  /**
   * A table.
   *
   * @param key of its rows
   * @param columns in their order
   * @param order columns of the primary key; empty if it has none
   * @param isTransactional whether a snapshot holds for it
   * @param isVersioned whether it has rows of the past, which are not captured
   * @param next the next number that it gives by itself; 0 if it gives none
   * @param size about, in bytes
   */
  record Table(
      Key key,
      String database,
      String name,
      List<Column> columns,
      List<String> order,
      boolean isTransactional,
      boolean isVersioned,
      long next,
      long size) {

    String quoted() {
      return Session.quoted(database) + "." + Session.quoted(name);
    }

    /** The columns as SQL lists them. */
    String list() {
      return Tables.list(columns.stream().map(Column::name).toList());
    }

    /** The query that reads its rows. */
    String read() {
      String what = columns.stream().map(Column::read).collect(Collectors.joining(", "));
      String from = " FROM " + quoted();
      // Along the key, however few the rows seem to be: nothing is to be sorted on the disk.
      return "SELECT "
          + (what.isEmpty() ? "''" : what)
          + from
          + (order.isEmpty() ? "" : " FORCE INDEX (PRIMARY) ORDER BY " + Tables.list(order));
    }

    private int ahead() {
      return columns.stream().anyMatch(column -> LARGE.contains(column.type()))
          ? FEW_ROWS
          : MANY_ROWS;
    }
  }

  private static String list(List<String> names) {
    return names.stream().map(Session::quoted).collect(Collectors.joining(", "));
  }

  /** Takes rows as text. */
  interface Taker {
    void take(byte[] bytes, int length) throws IOException;
  }

  /** All tables of a database, by their names. */
  static List<Table> list(Session session, String database) throws ServerError {
    Map<String, List<Column>> columns = new HashMap<>();
    for (Row row :
        session.query(
            """
            SELECT TABLE_NAME AS t, COLUMN_NAME AS c, LOWER(DATA_TYPE) AS type, EXTRA AS extra,
                   GENERATION_EXPRESSION AS expression
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?
            ORDER BY TABLE_NAME, ORDINAL_POSITION
            """,
            database)) {
      boolean generated =
          !row.text("expression").isEmpty()
              || row.text("extra").contains("VIRTUAL GENERATED")
              || row.text("extra").contains("STORED GENERATED");
      List<Column> all = columns.computeIfAbsent(row.get("t"), _ -> new ArrayList<>());
      if (!generated) {
        all.add(new Column(row.get("c"), row.get("type")));
      }
    }
    Map<String, List<String>> orders = new HashMap<>();
    for (Row row :
        session.query(
            """
            SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.STATISTICS
            WHERE TABLE_SCHEMA = ? AND INDEX_NAME = 'PRIMARY'
            ORDER BY TABLE_NAME, SEQ_IN_INDEX
            """,
            database)) {
      orders.computeIfAbsent(row.get("t"), _ -> new ArrayList<>()).add(row.get("c"));
    }
    List<Table> tables = new ArrayList<>();
    for (Row row :
        session.query(
            """
            SELECT t.TABLE_NAME AS name, t.TABLE_TYPE AS type, e.TRANSACTIONS AS transactions,
                   t.AUTO_INCREMENT AS next, t.DATA_LENGTH AS size
            FROM information_schema.TABLES t
            LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
            WHERE t.TABLE_SCHEMA = ? AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
            """,
            database)) {
      String name = row.get("name");
      tables.add(
          new Table(
              Keys.table(database, name),
              database,
              name,
              columns.getOrDefault(name, List.of()),
              orders.getOrDefault(name, List.of()),
              row.text("transactions").equals("YES"),
              row.get("type").equals("SYSTEM VERSIONED"),
              number(row.text("next")),
              number(row.text("size"))));
    }
    tables.sort((a, b) -> a.key().compareTo(b.key()));
    return tables;
  }

  private static long number(String text) {
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      // Beyond 2⁶³.
      return 0;
    }
  }

  /** Reads all rows; gives their digest. */
  static RowDigest read(Session session, Table table, Taker taker) throws IOException {
    RowDigest digest = new RowDigest();
    Pieces pieces = new Pieces();
    session.read(
        table.read(),
        table.ahead(),
        columns -> {
          RowText.append(columns, pieces);
          if (pieces.size() >= PIECE) {
            pieces.hand(digest, taker);
          }
        });
    pieces.hand(digest, taker);
    return digest;
  }

  /** Text that is handed on before there is much of it. */
  private static final class Pieces extends ByteArrayOutputStream {
    void hand(RowDigest digest, Taker taker) throws IOException {
      digest.add(buf, 0, count);
      taker.take(buf, count);
      if (buf.length > 8 * PIECE) {
        buf = new byte[PIECE];
      }
      reset();
    }
  }
}
