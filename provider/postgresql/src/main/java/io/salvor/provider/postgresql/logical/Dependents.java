package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What refers to a table by what it is rather than by its name: after another table has taken the
 * name it has to be told anew. Read before, applied after, in one transaction.
 */
final class Dependents {
  private static final String VIEWS =
      """
      SELECT DISTINCT pg_catalog.quote_ident(n.nspname) || '.'
                        || pg_catalog.quote_ident(v.relname) AS name,
             v.relkind AS kind, pg_catalog.pg_get_viewdef(v.oid) AS sql,
             coalesce(' WITH (' || pg_catalog.array_to_string(v.reloptions, ', ') || ')', '')
               AS options
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
      JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
      JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
      WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = %1$s AND v.oid <> %1$s
      ORDER BY 1
      """;

  private static final String KEYS =
      """
      SELECT k.conrelid::pg_catalog.regclass::pg_catalog.text AS child,
             pg_catalog.quote_ident(k.conname) AS name,
             pg_catalog.pg_get_constraintdef(k.oid) AS sql
      FROM pg_catalog.pg_constraint k
      WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = %1$s
        AND k.conrelid <> %1$s AND NOT k.conrelid = ANY (ARRAY[%2$s]::pg_catalog.regclass[])
      ORDER BY 1, 2
      """;

  private static final String OTHERS =
      """
      SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS what
      FROM pg_catalog.pg_depend d
      LEFT JOIN pg_catalog.pg_policy p
        ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = d.objid
      WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = %1$s
        AND (d.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                           'pg_catalog.pg_publication_rel'::pg_catalog.regclass)
          OR p.polrelid <> %1$s)
      """;

  private static final String REFERS = "23503";

  private final ServerConnection connection;
  private final List<Row> views;
  private final List<Row> keys;
  private final List<Row> others;

  private Dependents(
      ServerConnection connection, List<Row> views, List<Row> keys, List<Row> others) {
    this.connection = connection;
    this.views = views;
    this.keys = keys;
    this.others = others;
  }

  /**
   * Reads those of a table.
   *
   * @param without tables whose own keys are left as they are, for these are swapped too
   */
  static Dependents of(ServerConnection connection, String quoted, List<String> without)
      throws IOException {
    String id = ServerConnection.quoted(quoted) + "::pg_catalog.regclass";
    String others = String.join(", ", without.stream().map(ServerConnection::quoted).toList());
    return new Dependents(
        connection,
        connection.query(VIEWS.formatted(id)),
        connection.query(KEYS.formatted(id, others)),
        connection.query(OTHERS.formatted(id)));
  }

  /**
   * Has them refer to what bears the name now.
   *
   * @param kept where those stay that cannot be told
   * @return what did not follow, or not wholly
   */
  List<String> follow(String kept) throws IOException {
    List<String> told = new ArrayList<>();
    for (Row view : views) {
      if (!view.get("kind").equals("v")) {
        told.add(stays("the materialized view " + view.get("name"), kept, "make it anew"));
        continue;
      }
      ServerError refused =
          attempt(
              connection,
              "CREATE OR REPLACE VIEW "
                  + view.get("name")
                  + view.get("options")
                  + " AS "
                  + view.get("sql"));
      if (refused != null) {
        told.add(stays("the view " + view.get("name"), kept, Troubles.said(refused)));
      }
    }
    for (Row key : keys) {
      String of = "ALTER TABLE " + key.get("child");
      String add = of + " ADD CONSTRAINT " + key.get("name") + " " + key.get("sql");
      Sessions.run(connection, of + " DROP CONSTRAINT " + key.get("name"));
      ServerError refused = attempt(connection, add);
      if (refused != null && refused.state().equals(REFERS)) {
        Sessions.run(connection, add + " NOT VALID");
        told.add(
            "the foreign key "
                + key.get("name")
                + " of "
                + key.get("child")
                + " does not hold for all rows, and is NOT VALID now: "
                + Troubles.said(refused));
      } else if (refused != null) {
        throw refused;
      }
    }
    for (Row other : others) {
      told.add(stays("the " + other.get("what"), kept, "it has to be told by hand"));
    }
    return told;
  }

  private static String stays(String what, String kept, String why) {
    return what + " still refers to " + kept + ": " + why;
  }

  /** Runs a statement in a transaction that goes on if it fails; null if it has not. */
  static @Nullable ServerError attempt(ServerConnection connection, String sql) throws IOException {
    Sessions.run(connection, "SAVEPOINT attempt");
    try {
      Sessions.run(connection, sql);
      Sessions.run(connection, "RELEASE SAVEPOINT attempt");
      return null;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK TO SAVEPOINT attempt");
      return e;
    }
  }
}
