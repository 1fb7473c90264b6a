package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.Map;

/**
 * Gives tables of a scratch server the names that they are to have elsewhere, with all that bears a
 * name because of them: so whoever reads it afterwards finds statements that fit, and nothing has
 * to be rewritten.
 */
final class ScratchNames {
  /** What ties a table to others, or acts when it changes. */
  private static final String TIES =
      """
      SELECT 'ALTER TABLE ' || k.conrelid::pg_catalog.regclass || ' DROP CONSTRAINT '
             || pg_catalog.quote_ident(k.conname) AS sql
      FROM pg_catalog.pg_constraint k
      WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = %1$s
      UNION ALL
      SELECT 'DROP TRIGGER ' || pg_catalog.quote_ident(t.tgname) || ' ON '
             || t.tgrelid::pg_catalog.regclass
      FROM pg_catalog.pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgrelid = %1$s
      """;

  private final ServerConnection connection;

  ScratchNames(ServerConnection connection) {
    this.connection = connection;
  }

  /**
   * Renames.
   *
   * @throws SalvorException NOTHING_MATCHED for a table that is not there, USAGE for a name that is
   *     none
   */
  void apply(Mapping mapping, Relations relations) throws IOException {
    // Neither triggers on statements nor those of tables have a say here.
    Sessions.run(connection, "SET session_replication_role = 'replica'");
    for (Map.Entry<String, String> each : mapping.names().entrySet()) {
      String old = each.getKey();
      String now = each.getValue();
      if (old.indexOf('.') < 0 && now.indexOf('.') < 0) {
        schema(old, now);
      } else {
        Name before = relations.named(old);
        Name after = Names.parse(now);
        requireFree(after, relations);
        table(before, after);
      }
    }
  }

  private static void requireFree(Name now, Relations relations) {
    if (relations.names().contains(now)) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "No table can be given the name " + now.quoted(),
          "at that time the database had one of that name already",
          "choose another with --map");
    }
  }

  private void schema(String old, String now) throws IOException {
    if (connection
        .query(
            "SELECT 1 AS one FROM pg_catalog.pg_namespace WHERE nspname = "
                + ServerConnection.quoted(old))
        .isEmpty()) {
      throw new SalvorException(
          ErrorCode.NOTHING_MATCHED,
          "There is no schema " + old + " to be mapped",
          "the database had none of that name at that time",
          "write --map <schema>=<new> or --map <schema>.<table>=<schema>.<new>");
    }
    Sessions.run(
        connection, "ALTER SCHEMA " + Sessions.quoted(old) + " RENAME TO " + Sessions.quoted(now));
  }

  private void table(Name old, Name now) throws IOException {
    String id = ServerConnection.quoted(old.quoted()) + "::pg_catalog.regclass";
    for (Row row : connection.query(TIES.formatted(id))) {
      Sessions.run(connection, row.get("sql"));
    }
    if (!old.table().equals(now.table())) {
      Name there = new Name(old.schema(), now.table());
      for (Rename rename : Rename.of(connection, old, there)) {
        Sessions.run(connection, rename.sql());
      }
    }
    if (!old.schema().equals(now.schema())) {
      Sessions.run(connection, "CREATE SCHEMA IF NOT EXISTS " + Sessions.quoted(now.schema()));
      Sessions.run(
          connection,
          "ALTER TABLE "
              + new Name(old.schema(), now.table()).quoted()
              + " SET SCHEMA "
              + Sessions.quoted(now.schema()));
    }
  }
}
