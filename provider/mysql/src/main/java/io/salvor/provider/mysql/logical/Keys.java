package io.salvor.provider.mysql.logical;

import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of a server's entries. */
public final class Keys {
  static final String TABLES = "tables";
  static final String DEFINITIONS = "definitions";
  static final String USERS = "users";

  /** Where the binary log stood. */
  static final Key POSITION = Key.of("position");

  private Keys() {}

  /** Of a table's rows. */
  public static Key table(String database, String name) {
    return Key.of(TABLES, database, name);
  }

  static Key definition(String database, Type type, String name) {
    return Key.of(DEFINITIONS, database, type.word(), name);
  }

  static Key trigger(String database, String table, String name) {
    return Key.of(DEFINITIONS, database, Type.TRIGGER.word(), table, name);
  }

  static Key user(String account) {
    return Key.of(USERS, account);
  }

  /** A part as text; empty if there are fewer. */
  static String part(Key key, int index) {
    List<byte[]> parts = key.parts();
    return index < parts.size() ? new String(parts.get(index), StandardCharsets.UTF_8) : "";
  }

  /** The database that an entry belongs to; empty for none. */
  static String database(Key key) {
    return isRows(key) || part(key, 0).equals(DEFINITIONS) ? part(key, 1) : "";
  }

  /** Whether it is a table's rows. */
  static boolean isRows(Key key) {
    return part(key, 0).equals(TABLES) && key.depth() == 3;
  }

  /** What a definition makes; null if it is none that this version knows. */
  static @Nullable Type type(Key key) {
    return switch (part(key, 0)) {
      case DEFINITIONS -> Type.of(part(key, 2));
      case USERS -> Type.USER;
      default -> null;
    };
  }

  /** The rows of the table that a definition belongs to; null if it belongs to none. */
  static @Nullable Key rows(Key key) {
    Type type = type(key);
    boolean has =
        (type == Type.TABLE && key.depth() == 4) || (type == Type.TRIGGER && key.depth() == 5);
    return has ? table(part(key, 1), part(key, 3)) : null;
  }
}
