package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The relations of a database by their names, and which one is a part of which. */
final class Relations {
  private static final String LIST =
      """
      SELECT n.nspname AS schema, c.relname AS name, c.oid AS id,
             coalesce((SELECT i.inhparent FROM pg_catalog.pg_inherits i
                       WHERE i.inhrelid = c.oid AND c.relispartition LIMIT 1), 0) AS parent
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      ORDER BY 1, 2
      """;

  private static final int SHOWN = 5;

  private record Relation(Name name, long parent) {}

  private final Map<Long, Relation> byId = new LinkedHashMap<>();

  private Relations() {}

  static Relations of(ServerConnection connection) throws IOException {
    Relations relations = new Relations();
    for (Row row : connection.query(LIST)) {
      relations.byId.put(
          Long.valueOf(row.get("id")),
          new Relation(
              new Name(row.get("schema"), row.get("name")), Long.parseLong(row.get("parent"))));
    }
    return relations;
  }

  /** All names. */
  List<Name> names() {
    return byId.values().stream().map(Relation::name).toList();
  }

  /** Those of a name and of what they are divided into. */
  List<Name> matching(TablePatterns.Named pattern) {
    List<Name> found = new ArrayList<>();
    for (Relation each : byId.values()) {
      for (Relation of = each; of != null; of = byId.get(of.parent())) {
        if (pattern.matches(of.name().schema(), of.name().table())) {
          found.add(each.name());
          break;
        }
      }
    }
    return found;
  }

  /**
   * The one that is written {@code schema.table}.
   *
   * @throws SalvorException NOTHING_MATCHED
   */
  Name named(String text) {
    return names().stream()
        .filter(name -> text(name).equals(text))
        .findFirst()
        .orElseThrow(() -> none("There is no table " + text + " to be mapped", text));
  }

  /** Tells that there is none, and what there is. */
  SalvorException none(String what, String text) {
    List<String> nearest =
        names().stream()
            .map(Relations::text)
            .sorted(Comparator.comparingInt(name -> distance(name, text)))
            .limit(SHOWN)
            .toList();
    return new SalvorException(
        ErrorCode.NOTHING_MATCHED,
        what,
        nearest.isEmpty()
            ? "the database had no tables at all at that time"
            : "the database had none of that name at that time; the nearest are "
                + String.join(", ", nearest),
        "name one of them, or another time: see `salvor windows`");
  }

  private static String text(Name name) {
    return name.schema() + "." + name.table();
  }

  /** How many letters must be put in, taken out or changed. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
