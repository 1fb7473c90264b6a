package io.salvor.provider.mysql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Session;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What bears other names in the target: databases ({@code shop=shop_before}), and single tables,
 * each written with its database ({@code shop.orders=shop.orders_before}). Where databases are
 * named, a restore is about them only.
 */
public final class Names {
  private static final Pattern MADE = Pattern.compile("^(CREATE TABLE )`(?:[^`]|``)*`");
  private static final Pattern FOREIGN_KEY =
      Pattern.compile(",\\n  CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY [^\\n]*?(?=,?\\n)");

  /** A table's name. */
  public record Name(String database, String table) {
    /** As SQL has it. */
    public String quoted() {
      return Session.quoted(database) + "." + Session.quoted(table);
    }
  }

  private final Map<String, String> databases = new TreeMap<>();
  private final Map<Name, Name> tables = new HashMap<>();

  /**
   * By a mapping.
   *
   * @throws SalvorException USAGE if it maps anything else
   */
  public Names(Mapping mapping) {
    mapping
        .names()
        .forEach(
            (old, now) -> {
              int dot = old.indexOf('.');
              if ((dot < 0) != (now.indexOf('.') < 0)) {
                throw bad(old);
              }
              if (dot < 0) {
                databases.put(old, now);
              } else {
                tables.put(parse(old), parse(now));
              }
            });
  }

  private static Name parse(String text) {
    int dot = text.indexOf('.');
    if (dot <= 0 || dot == text.length() - 1) {
      throw bad(text);
    }
    return new Name(text.substring(0, dot), text.substring(dot + 1));
  }

  private static SalvorException bad(String text) {
    return new SalvorException(
        ErrorCode.USAGE,
        "--map cannot be used with \"" + text + "\"",
        "databases can have other names, and tables, each written with its database",
        "write for instance --map shop=shop_before or --map shop.orders=shop.orders_before");
  }

  /** Whether a restore is about this database of the backup. */
  public boolean isAbout(String database) {
    return databases.isEmpty() || databases.containsKey(database);
  }

  /** Whether databases are named. */
  boolean namesDatabases() {
    return !databases.isEmpty();
  }

  /** Whether single tables have other names. */
  public boolean mapsTables() {
    return !tables.isEmpty();
  }

  /** Whether the table whose rows have this key has another name of its own. */
  boolean isMapped(Key rows) {
    return tables.containsKey(new Name(Keys.part(rows, 1), Keys.part(rows, 2)));
  }

  /** A database's name in the target. */
  public String database(String old) {
    return databases.getOrDefault(old, old);
  }

  /** The name in the target of the table whose rows have this key. */
  public Name table(Key rows) {
    Name old = new Name(Keys.part(rows, 1), Keys.part(rows, 2));
    Name own = tables.get(old);
    return own != null ? own : new Name(database(old.database()), old.table());
  }

  /** Databases of the target that a restore is about, if it is not about all of them. */
  Set<String> targets() {
    Set<String> targets = new TreeSet<>(databases.values());
    tables.values().forEach(name -> targets.add(name.database()));
    return targets;
  }

  /** Under which name of the backup a database of the target is shown; null if it is not. */
  @Nullable String originalDatabase(String now) {
    for (Map.Entry<String, String> pair : databases.entrySet()) {
      if (pair.getValue().equals(now)) {
        return pair.getKey();
      }
    }
    return databases.isEmpty() ? now : null;
  }

  /** The rows' key in a backup of a table of the target; null if it is not shown. */
  @Nullable Key original(String database, String table) {
    Name now = new Name(database, table);
    for (Map.Entry<Name, Name> pair : tables.entrySet()) {
      if (pair.getValue().equals(now)) {
        return Keys.table(pair.getKey().database(), pair.getKey().table());
      }
    }
    String old = originalDatabase(database);
    return old == null || tables.containsKey(new Name(old, table)) ? null : Keys.table(old, table);
  }

  /**
   * A definition as it is made in the target. A table with a name of its own loses its foreign
   * keys: their names are taken by the original's, and it is to stand in nobody's way.
   */
  String renamed(Key key, String sql) {
    Key rows = Keys.rows(key);
    if (Keys.type(key) != Type.TABLE || rows == null || !isMapped(rows)) {
      return sql;
    }
    String quoted = Session.quoted(table(rows).table());
    String made = MADE.matcher(sql).replaceFirst("$1" + Matcher.quoteReplacement(quoted));
    return FOREIGN_KEY.matcher(made).replaceAll("");
  }
}
