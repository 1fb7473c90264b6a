package io.salvor.provider.mongodb.logical;

import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a server's entries. No collection has a name that begins with {@code system.}, so that
 * users and roles stand beside them.
 */
final class Keys {
  static final String DOCUMENTS = "documents";
  static final String COLLECTION = "collection";
  static final String INDEXES = "indexes";
  static final String VIEW = "view";
  static final String USERS = "system.users";
  static final String ROLES = "system.roles";

  /** Of which moment the backup is. */
  static final Key SNAPSHOT = Key.of("snapshot");

  private Keys() {}

  static Key documents(String database, String collection) {
    return Key.of(database, collection, DOCUMENTS);
  }

  static Key collection(String database, String collection) {
    return Key.of(database, collection, COLLECTION);
  }

  static Key index(String database, String collection, String name) {
    return Key.of(database, collection, INDEXES, name);
  }

  static Key view(String database, String name) {
    return Key.of(database, name, VIEW);
  }

  static Key user(String database, String name) {
    return Key.of(database, USERS, name);
  }

  static Key role(String database, String name) {
    return Key.of(database, ROLES, name);
  }

  /** A part as text; empty if there are fewer. */
  static String part(Key key, int index) {
    List<byte[]> parts = key.parts();
    return index < parts.size() ? new String(parts.get(index), StandardCharsets.UTF_8) : "";
  }

  /** The database that an entry belongs to; empty for none. */
  static String database(Key key) {
    return key.depth() < 2 ? "" : part(key, 0);
  }

  private static boolean isOfAccounts(Key key) {
    return part(key, 1).equals(USERS) || part(key, 1).equals(ROLES);
  }

  /** Whether it is a collection's documents. */
  static boolean isDocuments(Key key) {
    return key.depth() == 3 && !isOfAccounts(key) && part(key, 2).equals(DOCUMENTS);
  }

  /** What a definition makes; null if it is none that this version knows. */
  static @Nullable Type type(Key key) {
    if (key.equals(SNAPSHOT)) {
      return Type.SNAPSHOT;
    }
    if (key.depth() == 4) {
      return part(key, 2).equals(INDEXES) ? Type.INDEX : null;
    }
    if (key.depth() != 3) {
      return null;
    }
    return switch (part(key, 1)) {
      case USERS -> Type.USER;
      case ROLES -> Type.ROLE;
      default ->
          switch (part(key, 2)) {
            case COLLECTION -> Type.COLLECTION;
            case VIEW -> Type.VIEW;
            default -> null;
          };
    };
  }

  /** The documents of the collection that a definition belongs to; null if it belongs to none. */
  static @Nullable Key documents(Key key) {
    Type type = type(key);
    return type == Type.COLLECTION || type == Type.INDEX
        ? documents(part(key, 0), part(key, 1))
        : null;
  }
}
