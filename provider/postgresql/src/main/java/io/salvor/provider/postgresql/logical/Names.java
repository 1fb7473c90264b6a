package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tables that bear other names in the target: {@code public.orders=public.orders_before}. */
final class Names {
  // A name as pg_dump writes it.
  private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[^\\s\".(;]+)";

  /** A name with its schema, as statements have it. */
  static final String QUALIFIED = NAME + "\\." + NAME;

  private static final Pattern MADE = Pattern.compile("^(CREATE (?:UNLOGGED )?TABLE )" + QUALIFIED);
  private static final Pattern ALTERED =
      Pattern.compile("(?m)^(ALTER TABLE (?:ONLY )?)" + QUALIFIED);

  /** A table's name. */
  record Name(String schema, String table) {
    String quoted() {
      return Sessions.quoted(schema) + "." + Sessions.quoted(table);
    }
  }

  private final Map<Key, Name> renamed;

  private Names(Map<Key, Name> renamed) {
    this.renamed = renamed;
  }

  /**
   * By a mapping.
   *
   * @throws SalvorException USAGE if it maps anything but tables
   */
  static Names of(Mapping mapping) {
    Map<Key, Name> renamed = new HashMap<>();
    mapping
        .names()
        .forEach(
            (old, now) -> {
              Name from = parse(old);
              renamed.put(Keys.table(from.schema(), from.table()), parse(now));
            });
    return new Names(renamed);
  }

  static Name parse(String text) {
    int dot = text.indexOf('.');
    if (dot <= 0 || dot == text.length() - 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "--map cannot be used with \"" + text + "\"",
          "in a database tables can have other names, each written with its schema",
          "write for instance --map public.orders=public.orders_before");
    }
    return new Name(text.substring(0, dot), text.substring(dot + 1));
  }

  /** Whether the table whose rows have this key has another name. */
  boolean isMapped(Key rows) {
    return renamed.containsKey(rows);
  }

  /** Whether there is one. */
  boolean isEmpty() {
    return renamed.isEmpty();
  }

  /** The other name of the table whose rows have this key. */
  @Nullable Name of(Key rows) {
    return renamed.get(rows);
  }

  /** The rows' key in a backup of the table that has this name in the target; null for none. */
  @Nullable Key original(String schema, String table) {
    Name name = new Name(schema, table);
    return renamed.entrySet().stream()
        .filter(one -> one.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** The qualified name that the table whose rows have this key has in the target, in SQL. */
  String quoted(Key rows) {
    Name name = renamed.get(rows);
    List<byte[]> parts = rows.parts();
    return (name == null ? new Name(text(parts.get(1)), text(parts.get(2))) : name).quoted();
  }

  private static String text(byte[] part) {
    return new String(part, StandardCharsets.UTF_8);
  }

  /** Whether a key is that of a table's rows. */
  static boolean isRows(Key key) {
    List<byte[]> parts = key.parts();
    return parts.size() == 3 && text(parts.getFirst()).equals(Keys.TABLES);
  }

  /** Whether a key is that of the statement which makes a table. */
  static boolean isTableItself(Key key) {
    List<byte[]> parts = key.parts();
    return parts.size() == 4
        && text(parts.getFirst()).equals(Keys.DEFINITIONS)
        && text(parts.get(2)).equals("table");
  }

  /** The statements that make a table, with another name. */
  static String renamed(String sql, String quoted) {
    String made = MADE.matcher(sql).replaceFirst("$1" + Matcher.quoteReplacement(quoted));
    return ALTERED.matcher(made).replaceAll("$1" + Matcher.quoteReplacement(quoted));
  }
}
