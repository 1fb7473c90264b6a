package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.Outcomes;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Looks whether foreign keys hold: rows that are replaced while triggers rest are not held against
 * them by the server.
 */
final class ForeignKeys {
  // Those of partitioned tables at their roots: of one partition alone they say nothing.
  private static final String OF =
      """
      SELECT k.conname AS name,
             k.conrelid::pg_catalog.regclass::text AS child,
             CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END
               || k.conrelid::pg_catalog.regclass::text AS from_child,
             CASE p.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END
               || k.confrelid::pg_catalog.regclass::text AS from_parent,
             (SELECT pg_catalog.string_agg(
                       pg_catalog.format('c.%%1$I IS NOT NULL', a.attname), ' AND ')
              FROM pg_catalog.unnest(k.conkey) AS n
              JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n) AS filled,
             (SELECT pg_catalog.string_agg(
                       pg_catalog.format('c.%%I = p.%%I', a.attname, b.attname), ' AND ')
              FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) AS n(x, y)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.x
              JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = n.y) AS joined
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      JOIN pg_catalog.pg_class p ON p.oid = k.confrelid,
      (SELECT pg_catalog.array_agg(coalesce(pg_catalog.pg_partition_root(t.id), t.id)) AS ids
       FROM pg_catalog.unnest(ARRAY[%s]::pg_catalog.regclass[]) AS t(id)) touched
      WHERE k.contype = 'f' AND k.convalidated AND k.conparentid = 0
        AND (coalesce(pg_catalog.pg_partition_root(k.conrelid), k.conrelid) = ANY (touched.ids)
          OR coalesce(pg_catalog.pg_partition_root(k.confrelid), k.confrelid) = ANY (touched.ids))
      ORDER BY 2, 1
      """;

  private ForeignKeys() {}

  /** Tells which foreign keys of tables, or to them, do not hold. */
  static void check(ServerConnection connection, List<String> quoted, Outcomes outcomes)
      throws IOException {
    if (quoted.isEmpty()) {
      return;
    }
    String tables = quoted.stream().map(ServerConnection::quoted).collect(Collectors.joining(", "));
    for (Row key : connection.query(OF.formatted(tables))) {
      String lost =
          connection
              .query(
                  "SELECT count(*) AS lost FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)"
                      .formatted(
                          key.get("from_child"),
                          key.get("filled"),
                          key.get("from_parent"),
                          key.get("joined")))
              .getFirst()
              .get("lost");
      if (!lost.equals("0")) {
        outcomes.incomplete(
            key.get("child"),
            ErrorCode.ENTRY_NOT_RESTORED,
            "its foreign key "
                + key.get("name")
                + " does not hold any more, "
                + lost
                + (lost.equals("1") ? " row refers" : " rows refer")
                + " to what the backup does not have: restore both tables, or roll this one back");
      }
    }
  }
}
