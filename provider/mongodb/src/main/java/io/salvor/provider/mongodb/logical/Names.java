package io.salvor.provider.mongodb.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.tree.Key;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * What bears other names in the target: databases ({@code shop=shop_before}), and single
 * collections, each written with its database ({@code shop.orders=shop.orders_before}); no name of
 * a database has a dot. Where databases are named, a restore is about them only.
 */
final class Names {
  /** A collection's name. */
  record Name(String database, String collection) {
    @Override
    public String toString() {
      return database + "." + collection;
    }
  }

  private final Map<String, String> databases = new TreeMap<>();
  private final Map<Name, Name> collections = new HashMap<>();

  /**
   * By a mapping.
   *
   * @throws SalvorException USAGE if it maps anything else
   */
  Names(Mapping mapping) {
    mapping
        .names()
        .forEach(
            (old, now) -> {
              if ((old.indexOf('.') < 0) != (now.indexOf('.') < 0)) {
                throw bad(old);
              }
              if (old.indexOf('.') < 0) {
                databases.put(old, now);
              } else {
                collections.put(parse(old), parse(now));
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
        "databases can have other names, and collections, each written with its database",
        "write for instance --map shop=shop_before or --map shop.orders=shop.orders_before");
  }

  /** Whether a restore is about this database of the backup. */
  boolean isAbout(String database) {
    return databases.isEmpty() || databases.containsKey(database);
  }

  /** Whether databases are named. */
  boolean namesDatabases() {
    return !databases.isEmpty();
  }

  /** Whether single collections have other names. */
  boolean mapsCollections() {
    return !collections.isEmpty();
  }

  /** Whether the collection whose documents have this key has another name of its own. */
  boolean isMapped(Key documents) {
    return collections.containsKey(new Name(Keys.part(documents, 0), Keys.part(documents, 1)));
  }

  /** A database's name in the target. */
  String database(String old) {
    return databases.getOrDefault(old, old);
  }

  /** The name in the target of what lies under a key. */
  Name name(Key key) {
    Name old = new Name(Keys.part(key, 0), Keys.part(key, 1));
    Name own = collections.get(old);
    return own != null ? own : new Name(database(old.database()), old.collection());
  }

  /** Databases of the target that a restore is about, if it is not about all of them. */
  Set<String> targets() {
    Set<String> targets = new TreeSet<>(databases.values());
    collections.values().forEach(name -> targets.add(name.database()));
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

  /** The name in a backup of what is so called in the target; null if it is not shown. */
  @Nullable Name original(String database, String collection) {
    Name now = new Name(database, collection);
    for (Map.Entry<Name, Name> pair : collections.entrySet()) {
      if (pair.getValue().equals(now)) {
        return pair.getKey();
      }
    }
    String old = originalDatabase(database);
    return old == null || collections.containsKey(new Name(old, collection))
        ? null
        : new Name(old, collection);
  }

  /** A command as it is run in the target. */
  BsonDocument renamed(Key key, String text) {
    BsonDocument command = Json.parse(text);
    Type type = Keys.type(key);
    if (type != Type.USER && type != Type.ROLE) {
      command.put(command.getFirstKey(), new BsonString(name(key).collection()));
    }
    return command;
  }
}
