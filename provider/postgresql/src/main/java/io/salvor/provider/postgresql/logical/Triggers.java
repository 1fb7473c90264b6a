package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a server does of itself when rows of a table change, and what may change rows that nobody
 * has asked for: users' triggers and rules, and foreign keys that delete or change what refers to
 * what goes. In the replica role they rest, unless they were enabled for always.
 */
final class Triggers {
  private static final String REST = "SET session_replication_role = 'replica'";

  /** What lets a role, whose name follows, have them rest. */
  static final String GRANT = "GRANT SET ON PARAMETER session_replication_role TO ";

  // Bits of pg_trigger.tgtype: INSERT and DELETE, and UPDATE.
  private static final int WHOLE = 4 | 8;
  private static final int SINGLE = WHOLE | 16;

  private static final String AT_WORK =
      """
      SELECT c.oid::pg_catalog.regclass::text AS name, what.text AS what,
             pg_catalog.current_setting('session_replication_role') = 'replica' AS resting
      FROM pg_catalog.pg_class c,
      LATERAL (
        SELECT CASE WHEN t.tgisinternal
                 THEN 'the foreign key ' || k.conname || ' of '
                   || k.conrelid::pg_catalog.regclass::text
                 ELSE 'the trigger ' || t.tgname END AS text,
               t.tgenabled AS enabled
        FROM pg_catalog.pg_trigger t
        JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
        LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
        WHERE t.tgrelid = c.oid AND (t.tgtype & %2$d) <> 0
          AND (NOT t.tgisinternal OR p.proname ~ '^RI_FKey_(cascade|setnull|setdefault)_')
        UNION ALL
        SELECT 'the rule ' || r.rulename, r.ev_enabled
        FROM pg_catalog.pg_rewrite r
        WHERE r.ev_class = c.oid AND r.ev_type IN (%3$s)
      ) what
      WHERE c.oid IN (SELECT pg_catalog.to_regclass(n) FROM pg_catalog.unnest(ARRAY[%1$s]) AS n)
        AND what.enabled::text IN ('A',
          CASE pg_catalog.current_setting('session_replication_role')
            WHEN 'replica' THEN 'R' ELSE 'O' END)
      ORDER BY 1, 2
      """;

  /**
   * Something that is at work.
   *
   * @param table qualified
   * @param what a trigger, a rule or a foreign key
   * @param resting whether all the others rest
   */
  record AtWork(String table, String what, boolean resting) {}

  private Triggers() {}

  /** Has them rest for a session; false if its user may not. */
  static boolean rest(ServerConnection connection) throws IOException {
    try {
      Sessions.run(connection, REST);
      return true;
    } catch (ServerError e) {
      if (!e.state().equals(Troubles.NO_RIGHT)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * What is at work in this session when rows of these tables change.
   *
   * @param quoted qualified names; of those that are not there is nothing
   * @param single whether single rows are changed too, or the rows are replaced as a whole
   */
  static List<AtWork> atWork(ServerConnection connection, List<String> quoted, boolean single)
      throws IOException {
    List<AtWork> found = new ArrayList<>();
    if (quoted.isEmpty()) {
      return found;
    }
    String tables = quoted.stream().map(ServerConnection::quoted).collect(Collectors.joining(", "));
    String sql =
        AT_WORK.formatted(tables, single ? SINGLE : WHOLE, single ? "'2', '3', '4'" : "'4'");
    for (Row row : connection.query(sql)) {
      found.add(new AtWork(row.get("name"), row.get("what"), row.get("resting").equals("t")));
    }
    return found;
  }

  /** What would change other rows than those that are meant, though triggers were to rest. */
  static String unasked(ServerConnection connection, String quoted, boolean single)
      throws IOException {
    return atWork(connection, List.of(quoted), single).stream()
        .filter(one -> !one.resting())
        .map(AtWork::what)
        .collect(Collectors.joining(", "));
  }
}
