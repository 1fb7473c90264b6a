package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A new name for a table, or for what bears a name because of one.
 *
 * @param kind as {@code ALTER} has it
 */
record Rename(String kind, String schema, String from, String to) {
  /** Of an identifier, in bytes. */
  static final int LONGEST = 63;

  private static final String BELONGING =
      """
      SELECT 'INDEX' AS kind, n.nspname AS schema, i.relname AS name
      FROM pg_catalog.pg_index x
      JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
      WHERE x.indrelid = %1$s
      UNION ALL
      SELECT 'SEQUENCE', n.nspname, s.relname
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = %1$s AND d.deptype IN ('a', 'i')
      UNION ALL
      SELECT 'STATISTICS', n.nspname, t.stxname
      FROM pg_catalog.pg_statistic_ext t
      JOIN pg_catalog.pg_namespace n ON n.oid = t.stxnamespace
      WHERE t.stxrelid = %1$s
      ORDER BY 1, 2, 3
      """;

  String sql() {
    return "ALTER "
        + kind
        + " "
        + new Name(schema, from).quoted()
        + " RENAME TO "
        + Sessions.quoted(to);
  }

  /** What takes it back. */
  Rename reversed() {
    return new Rename(kind, schema, to, from);
  }

  /** A line of text. */
  String line() {
    return String.join("\t", kind, schema, from, to);
  }

  /**
   * Reads lines.
   *
   * @throws IllegalArgumentException for what is none
   */
  static List<Rename> parse(String lines) {
    List<Rename> all = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      String[] parts = line.split("\t", -1);
      if (parts.length != 4) {
        throw new IllegalArgumentException("no new name: " + line);
      }
      all.add(new Rename(parts[0], parts[1], parts[2], parts[3]));
    }
    return all;
  }

  /** Those that give a table another name, indexes, sequences and statistics with it. */
  static List<Rename> of(ServerConnection connection, Name old, Name now) throws IOException {
    List<Rename> all = new ArrayList<>();
    Set<String> given = new HashSet<>();
    given.add(now.table());
    String id = ServerConnection.quoted(old.quoted()) + "::pg_catalog.regclass";
    for (Row row : connection.query(BELONGING.formatted(id))) {
      String schema = row.get("schema");
      String name = row.get("name");
      String after = after(name, old.table(), now.table(), given);
      while (isTaken(connection, schema, after)) {
        after = after(name, old.table(), now.table(), given);
      }
      all.add(new Rename(row.get("kind"), schema, name, after));
    }
    all.add(new Rename("TABLE", old.schema(), old.table(), now.table()));
    return all;
  }

  /** Whether a relation or a type has this name. */
  static boolean isTaken(ServerConnection connection, String schema, String name)
      throws IOException {
    String sql =
        """
        SELECT 1 AS one FROM pg_catalog.pg_namespace n WHERE n.nspname = %1$s AND (
          EXISTS (SELECT 1 FROM pg_catalog.pg_class c
                  WHERE c.relnamespace = n.oid AND c.relname = %2$s)
          OR EXISTS (SELECT 1 FROM pg_catalog.pg_type t
                     WHERE t.typnamespace = n.oid AND t.typname = %2$s))
        """;
    return !connection
        .query(sql.formatted(ServerConnection.quoted(schema), ServerConnection.quoted(name)))
        .isEmpty();
  }

  /**
   * {@code orders_pkey} becomes {@code orders_before_pkey}, {@code word} {@code
   * orders_before_word}.
   *
   * @param given names that are taken, to which this one is added
   */
  static String after(String name, String old, String now, Set<String> given) {
    String whole = name.startsWith(old) ? now + name.substring(old.length()) : now + "_" + name;
    String made = cut(whole, LONGEST);
    for (int i = 1; !given.add(made); i++) {
      made = numbered(whole, i);
    }
    return made;
  }

  /** With a number behind it, and no longer than it may be. */
  static String numbered(String whole, int number) {
    return cut(whole, LONGEST - 1 - String.valueOf(number).length()) + "_" + number;
  }

  /** So much of a name as it may have. */
  static String cut(String text, int bytes) {
    String cut = text;
    while (cut.getBytes(StandardCharsets.UTF_8).length > bytes) {
      cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
    }
    return cut;
  }
}
