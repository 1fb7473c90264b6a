package io.salvor.provider.postgresql.logical;

import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Archive.Item;
import io.salvor.provider.postgresql.logical.Archive.Section;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Objects of a database with their keys, in the order in which they are made. */
final class Definitions {
  // Settings of the archive itself, and what has the database's name in it, which may change.
  private static final Set<String> LEFT_OUT =
      Set.of("ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE PROPERTIES");

  private static final Set<String> RELATIONS =
      Set.of("TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE");

  // Their tag is the name of the relation, a space, and their own.
  private static final Set<String> NAMED_AFTER =
      Set.of(
          "DEFAULT",
          "CONSTRAINT",
          "CHECK CONSTRAINT",
          "FK CONSTRAINT",
          "TRIGGER",
          "RULE",
          "POLICY");

  private static final Set<String> ABOUT = Set.of("COMMENT", "ACL", "SECURITY LABEL");

  // Of extensions' sequences those that they say are data.
  private static final String SEQUENCES =
      """
      SELECT n.nspname AS schema, c.relname AS name,
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS quoted
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'S' AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        AND (NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                           AND d.objid = c.oid AND d.deptype = 'e')
          OR EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig)))
      ORDER BY 1, 2
      """;

  private static final String FILLED_VIEWS =
      """
      SELECT n.nspname AS schema, c.relname AS name,
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS quoted
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND c.relispopulated
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      """;

  private static final String SUBSCRIPTIONS =
      """
      SELECT s.subname AS name FROM pg_catalog.pg_subscription s
      JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
      WHERE d.datname = pg_catalog.current_database()
      """;

  private final Map<Integer, Item> byId = new HashMap<>();
  private final Map<Integer, String> relations = new HashMap<>();
  private final Map<List<String>, String> owners = new HashMap<>();
  private final Set<Key> taken = new HashSet<>();
  private final List<Definition> all = new ArrayList<>();

  private Definitions(List<Item> items) {
    items.forEach(item -> byId.put(item.id(), item));
    for (Item item : items) {
      // Of a sequence its statement may come before it is told whose it is.
      if (item.type().equals("SEQUENCE OWNED BY")) {
        String table = needed(item, Set.of("TABLE"));
        if (table != null) {
          owners.put(List.of(item.schema(), item.tag()), table);
        }
      }
    }
    for (Item item : items) {
      if (!LEFT_OUT.contains(item.type()) && !isAboutDatabase(item)) {
        add(item);
      }
    }
  }

  /** With its name, which may change. */
  private static boolean isAboutDatabase(Item item) {
    return ABOUT.contains(item.type())
        && item.schema().isEmpty()
        && item.tag().startsWith("DATABASE ");
  }

  /**
   * What an archive holds, what sequences have come to, and views that have to be filled.
   *
   * @param failed told which sequences cannot be read, and why
   */
  static List<Definition> of(List<Item> items, ServerConnection connection, Failures failed)
      throws IOException {
    Definitions definitions = new Definitions(items);
    definitions.sequences(connection, failed);
    definitions.views(connection);
    return definitions.all;
  }

  /** What pg_dump leaves out though it is there, and why. */
  static Map<Key, String> missing(ServerConnection connection, List<Definition> there)
      throws IOException {
    Map<Key, String> missing = new HashMap<>();
    for (Row row : connection.query(SUBSCRIPTIONS)) {
      missing.put(
          Keys.definition("SUBSCRIPTION", "", null, row.get("name")),
          "pg_dump leaves subscriptions out, for only a superuser may read them; back up as one,"
              + " or leave it out with --exclude");
    }
    there.forEach(definition -> missing.remove(definition.key()));
    return missing;
  }

  /** Takes what cannot be read. */
  interface Failures {
    void failed(Key key, ServerError why) throws IOException;
  }

  private void add(Item item) {
    if (item.type().equals("DATABASE")) {
      all.add(new Definition(Keys.DATABASE_ITSELF, item));
      return;
    }
    String relation = relation(item);
    if (relation != null) {
      relations.put(item.id(), relation);
    }
    String name =
        relation != null && NAMED_AFTER.contains(item.type())
            ? item.tag().substring(relation.length() + 1)
            : item.tag();
    add(item, relation, name);
  }

  private void add(Item item, @Nullable String relation, String name) {
    String whole = name.isEmpty() ? "-" : name;
    Key key = Keys.definition(item.type(), item.schema(), relation, whole);
    for (int i = 2; !taken.add(key); i++) {
      key = Keys.definition(item.type(), item.schema(), relation, whole + " #" + i);
    }
    Item placed = ABOUT.contains(item.type()) ? placed(item) : item;
    all.add(new Definition(key, placed));
  }

  /** What is said about an object is said when the object is there. */
  private Item placed(Item item) {
    Section section = item.section();
    if (section == Section.NONE) {
      section = Section.PRE_DATA;
      for (int need : item.needs()) {
        Item about = byId.get(need);
        if (about != null && about.section() == Section.POST_DATA) {
          section = Section.POST_DATA;
        }
      }
    }
    return with(item, section);
  }

  private static Item with(Item item, Section section) {
    return new Item(
        item.id(),
        item.type(),
        item.tag(),
        item.schema(),
        section,
        item.make(),
        item.drop(),
        item.tablespace(),
        item.accessMethod(),
        item.owner(),
        item.needs());
  }

  private @Nullable String relation(Item item) {
    String type = item.type();
    if (RELATIONS.contains(type) || type.equals("ROW SECURITY")) {
      return item.tag();
    }
    if (NAMED_AFTER.contains(type)) {
      String found = null;
      for (int need : item.needs()) {
        Item other = byId.get(need);
        if (other != null
            && RELATIONS.contains(other.type())
            && other.schema().equals(item.schema())
            && item.tag().startsWith(other.tag() + " ")
            && (found == null || found.length() < other.tag().length())) {
          found = other.tag();
        }
      }
      return found;
    }
    if (type.equals("SEQUENCE") || type.equals("SEQUENCE OWNED BY")) {
      String owner = owners.get(List.of(item.schema(), item.tag()));
      if (owner == null) {
        // An identity column's.
        owner = needed(item, Set.of("TABLE"));
        if (owner != null) {
          owners.put(List.of(item.schema(), item.tag()), owner);
        }
      }
      return owner;
    }
    if (type.equals("INDEX ATTACH")) {
      return ofIndex(item);
    }
    if (type.equals("PUBLICATION TABLE")) {
      return needed(item, Set.of("TABLE"));
    }
    if (type.equals("INDEX") || type.equals("STATISTICS")) {
      return needed(item, RELATIONS);
    }
    if (ABOUT.contains(type)) {
      return item.needs().stream()
          .map(relations::get)
          .filter(r -> r != null)
          .findFirst()
          .orElse(null);
    }
    return null;
  }

  /** The relation that has the index, or the key, that is attached to that of a whole. */
  private @Nullable String ofIndex(Item item) {
    for (int need : item.needs()) {
      Item other = byId.get(need);
      String relation = relations.get(need);
      boolean itself =
          other != null
              && relation != null
              && (other.type().equals("INDEX")
                  ? other.tag().equals(item.tag())
                  : other.tag().equals(relation + " " + item.tag()));
      if (itself) {
        return relation;
      }
    }
    return null;
  }

  /** The first relation of its schema that an object needs. */
  private @Nullable String needed(Item item, Set<String> types) {
    for (int need : item.needs()) {
      Item other = byId.get(need);
      if (other != null && types.contains(other.type()) && other.schema().equals(item.schema())) {
        return other.tag();
      }
    }
    return null;
  }

  private void sequences(ServerConnection connection, Failures failed) throws IOException {
    for (Row row : connection.query(SEQUENCES)) {
      String schema = row.get("schema");
      String name = row.get("name");
      String quoted = row.get("quoted");
      String owner = owners.get(List.of(schema, name));
      try {
        Sessions.run(connection, "SAVEPOINT sequence");
        Row value = connection.query("SELECT last_value, is_called FROM " + quoted).getFirst();
        String sql =
            "SELECT pg_catalog.setval("
                + ServerConnection.quoted(quoted)
                + ", "
                + value.get("last_value")
                + ", "
                + value.get("is_called").equals("t")
                + ");\n";
        add(made("SEQUENCE SET", schema, name, Section.DATA, sql), owner, name);
        Sessions.run(connection, "RELEASE SAVEPOINT sequence");
      } catch (ServerError e) {
        Sessions.run(connection, "ROLLBACK TO SAVEPOINT sequence; RELEASE SAVEPOINT sequence");
        failed.failed(Keys.definition("SEQUENCE SET", schema, owner, name), e);
      }
    }
  }

  /** In the order of the views' own definitions, so that one that reads another comes after it. */
  private void views(ServerConnection connection) throws IOException {
    Map<List<String>, String> filled = new HashMap<>();
    for (Row row : connection.query(FILLED_VIEWS)) {
      filled.put(List.of(row.get("schema"), row.get("name")), row.get("quoted"));
    }
    for (Definition definition : List.copyOf(all)) {
      Item item = definition.item();
      String quoted = filled.get(List.of(item.schema(), item.tag()));
      if (item.type().equals("MATERIALIZED VIEW") && quoted != null) {
        String sql = "REFRESH MATERIALIZED VIEW " + quoted + ";\n";
        add(
            made("MATERIALIZED VIEW DATA", item.schema(), item.tag(), Section.POST_DATA, sql),
            item.tag(),
            item.tag());
      }
    }
  }

  private static Item made(String type, String schema, String name, Section section, String sql) {
    return new Item(0, type, name, schema, section, sql, "", "", "", "", List.of());
  }
}
