package io.salvor.provider.postgresql.logical;

import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keys of a database's entries. */
final class Keys {
  static final String TABLES = "tables";
  static final String DEFINITIONS = "definitions";
  static final String DATABASE = "database";
  static final String LARGE_OBJECTS = "large-objects";

  /** The statement that makes the database itself. */
  static final Key DATABASE_ITSELF = Key.of(DATABASE, "database");

  // Types of which a definition can belong to a relation, which is named after the type then.
  private static final Set<String> OF_RELATIONS =
      Set.of(
          "table",
          "table-attach",
          "default",
          "constraint",
          "check-constraint",
          "fk-constraint",
          "index",
          "index-attach",
          "publication-table",
          "trigger",
          "rule",
          "policy",
          "row-security",
          "sequence",
          "sequence-owned-by",
          "sequence-set",
          "statistics",
          "comment",
          "acl",
          "security-label");

  private Keys() {}

  static Key table(String schema, String name) {
    return Key.of(TABLES, schema, name);
  }

  /** By number, so that the order of keys is that of numbers. */
  static Key largeObject(long oid) {
    return Key.of(LARGE_OBJECTS, "%010d".formatted(oid));
  }

  /**
   * Of a definition.
   *
   * @param schema empty for none
   * @param relation that it belongs to, null for none
   */
  static Key definition(String type, String schema, @Nullable String relation, String name) {
    String word = word(type);
    if (schema.isEmpty()) {
      return Key.of(DATABASE, word, name);
    }
    if (relation == null || relation.equals(name)) {
      return Key.of(DEFINITIONS, schema, word, name);
    }
    return Key.of(DEFINITIONS, schema, word, relation, name);
  }

  static String word(String type) {
    return type.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  /** The rows of the table that a definition belongs to; null if it belongs to none. */
  static @Nullable Key rows(Key key) {
    List<byte[]> parts = key.parts();
    if (parts.size() < 4
        || !text(parts.getFirst()).equals(DEFINITIONS)
        || !OF_RELATIONS.contains(text(parts.get(2)))) {
      return null;
    }
    return Key.of(TABLES.getBytes(StandardCharsets.UTF_8), parts.get(1), parts.get(3));
  }

  private static String text(byte[] part) {
    return new String(part, StandardCharsets.UTF_8);
  }
}
