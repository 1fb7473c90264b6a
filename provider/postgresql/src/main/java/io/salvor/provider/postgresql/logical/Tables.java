package io.salvor.provider.postgresql.logical;

import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tables with rows of their own, and how these are read. */
final class Tables {
  // Leaves of partitioned tables among them; of extensions' tables those that they say are data.
  private static final String LIST =
      """
      SELECT n.nspname AS schema, c.relname AS name,
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS quoted,
             coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '
                                                    ORDER BY a.attnum)
                       FROM pg_catalog.pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0
                         AND NOT a.attisdropped AND a.attgenerated = ''), '') AS columns,
             coalesce(x.condition, '') AS condition,
             pg_catalog.has_table_privilege(c.oid, 'SELECT')
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS readable,
             pg_catalog.pg_table_size(c.oid) AS size
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_depend d
        ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
        AND d.objsubid = 0 AND d.deptype = 'e'
      LEFT JOIN (SELECT pg_catalog.unnest(extconfig) AS id,
                        pg_catalog.unnest(extcondition) AS condition
                 FROM pg_catalog.pg_extension) x ON x.id = c.oid
      WHERE c.relkind = 'r' AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        AND (d.objid IS NULL OR x.id IS NOT NULL)
      """;

  /**
   * A table.
   *
   * @param quoted its qualified name in SQL
   * @param columns those that are not generated, as SQL lists them
   * @param condition {@code WHERE …} if only a part of it is data
   * @param readable whether the user may read it
   * @param size about, in bytes
   */
  record Table(
      String schema,
      String name,
      String quoted,
      String columns,
      String condition,
      boolean readable,
      long size) {
    Key key() {
      return Keys.table(schema, name);
    }

    /** The command that reads its rows. */
    String read(String encoding) {
      String list = columns.isEmpty() ? "" : " (" + columns + ")";
      String what =
          condition.isEmpty()
              ? quoted + list
              : "(SELECT "
                  + (columns.isEmpty() ? "*" : columns)
                  + " FROM ONLY "
                  + quoted
                  + " "
                  + condition
                  + ")";
      return "COPY " + what + " TO STDOUT" + withEncoding(encoding);
    }

    /** The command that takes rows in. */
    String write(String those, String encoding) {
      String list = those.isEmpty() ? "" : " (" + those + ")";
      return "COPY " + quoted + list + " FROM STDIN" + withEncoding(encoding);
    }

    private static String withEncoding(String encoding) {
      return encoding.isEmpty() ? "" : " WITH (ENCODING '" + encoding.replace("'", "") + "')";
    }
  }

  /** Takes rows. */
  interface Taker {
    void take(byte[] bytes, int length) throws IOException;
  }

  private Tables() {}

  /** All of them, by their keys. */
  static List<Table> list(ServerConnection connection) throws IOException {
    List<Table> tables = new ArrayList<>();
    for (Row row : connection.query(LIST)) {
      tables.add(
          new Table(
              row.get("schema"),
              row.get("name"),
              row.get("quoted"),
              row.get("columns"),
              row.get("condition"),
              row.get("readable").equals("t"),
              Long.parseLong(row.get("size"))));
    }
    tables.sort((a, b) -> a.key().compareTo(b.key()));
    return tables;
  }

  /** The encoding in which rows are kept: empty for UTF-8. */
  static String encoding(ServerConnection connection) {
    String encoding = connection.parameters().getOrDefault("server_encoding", "UTF8");
    return encoding.equals("UTF8") ? "" : encoding;
  }

  /** Reads all rows; gives their digest. */
  static RowDigest read(ServerConnection connection, Table table, String encoding, Taker taker)
      throws IOException {
    RowDigest digest = new RowDigest();
    Exchange exchange = connection.send(table.read(encoding));
    Copy copy = exchange.copy();
    while (copy.next()) {
      digest.add(copy.bytes(), 0, copy.length());
      taker.take(copy.bytes(), copy.length());
    }
    exchange.end();
    return digest;
  }
}
