package io.salvor.provider.postgresql.logical;

import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Materialized views over tables whose rows were replaced: what they show is what the tables had
 * before. They are told, and not filled anew, for nobody has asked for that and it may take long.
 */
final class FilledViews {
  private static final String OVER =
      """
      WITH RECURSIVE touched(id) AS (
        SELECT pg_catalog.to_regclass(n)::pg_catalog.oid FROM pg_catalog.unnest(ARRAY[%s]) AS n
        UNION
        SELECT further.id FROM touched, LATERAL (
          SELECT r.ev_class AS id
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
          WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.refobjid = touched.id
          UNION ALL
          SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = touched.id
        ) further
      )
      SELECT DISTINCT n.nspname AS schema, c.relname AS name,
             c.oid::pg_catalog.regclass::text AS quoted
      FROM touched
      JOIN pg_catalog.pg_class c ON c.oid = touched.id
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND c.relispopulated
      ORDER BY 1, 2
      """;

  private FilledViews() {}

  /**
   * Tells which views show what was.
   *
   * @param quoted tables whose rows were replaced
   * @param filled views that were filled since, by their schemas and names
   */
  static void check(
      ServerConnection connection, List<String> quoted, Set<List<String>> filled, Outcomes outcomes)
      throws IOException {
    if (quoted.isEmpty()) {
      return;
    }
    String tables = quoted.stream().map(ServerConnection::quoted).collect(Collectors.joining(", "));
    for (Row view : connection.query(OVER.formatted(tables))) {
      if (!filled.contains(List.of(view.get("schema"), view.get("name")))) {
        outcomes.note(
            new Notice(
                "view-not-refreshed",
                "",
                view.get("quoted")
                    + " still shows the rows that were there before: REFRESH MATERIALIZED VIEW "
                    + view.get("quoted")));
      }
    }
  }
}
