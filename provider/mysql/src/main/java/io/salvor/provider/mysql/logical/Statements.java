package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes and drops objects by statements. */
final class Statements {
  private static final int NOT_ALLOWED = 1227;
  private static final String MODE = "sql-mode";

  /** What an object is written under, and which setting of the session that is. */
  private static final Map<String, String> ATTRIBUTES =
      Map.of(MODE, "sql_mode", "collation", "collation_connection", "time-zone", "time_zone");

  private static final Pattern DEFINER =
      Pattern.compile("^(CREATE .*?)DEFINER=`(?:[^`]|``)*`@`(?:[^`]|``)*` ", Pattern.DOTALL);

  private Statements() {}

  /** A session in which rows and objects can come in any order. */
  static Session session(Endpoint endpoint, Passwords passwords) throws IOException {
    Session session = Session.open(endpoint, passwords);
    try {
      session.run("SET foreign_key_checks = 0");
      session.run("SET unique_checks = 0");
      if (session.isMariaDb()) {
        // Rows that were there before a constraint was.
        session.run("SET check_constraint_checks = 0");
      }
      return session;
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Makes an object in a database.
   *
   * @param attributes of its entry: what it was written under
   * @return whether it belongs to who it belonged to; else to whoever makes it
   */
  static boolean make(Session session, String database, String sql, Attributes attributes)
      throws ServerError {
    try {
      run(session, database, sql, attributes);
      return true;
    } catch (ServerError e) {
      String mine = DEFINER.matcher(sql).replaceFirst("$1");
      if (e.number() != NOT_ALLOWED || mine.equals(sql)) {
        throw e;
      }
      run(session, database, mine, attributes);
      return false;
    }
  }

  /** Runs a statement in a database under what it was written under, and under that only. */
  static void run(Session session, String database, String sql, Attributes attributes)
      throws ServerError {
    session.run("USE " + Session.quoted(database));
    Map<String, String> settings = new LinkedHashMap<>();
    ATTRIBUTES.forEach(
        (attribute, setting) -> {
          String value = attributes.text(attribute);
          if (!value.isEmpty()
              || (attribute.equals(MODE) && attributes.values().containsKey(MODE))) {
            settings.put(setting, value);
          }
        });
    if (settings.isEmpty()) {
      session.run(sql);
      return;
    }
    Row row =
        session
            .query(
                settings.keySet().stream()
                    .map(setting -> "@@" + setting + " AS " + setting)
                    .collect(Collectors.joining(", ", "SELECT ", "")))
            .getFirst();
    Map<String, String> before = new LinkedHashMap<>();
    settings.keySet().forEach(setting -> before.put(setting, row.text(setting)));
    try {
      set(session, settings);
      session.run(sql);
    } finally {
      set(session, before);
    }
  }

  private static void set(Session session, Map<String, String> settings) throws ServerError {
    session.run(
        settings.entrySet().stream()
            .map(one -> one.getKey() + " = " + Session.text(one.getValue()))
            .collect(Collectors.joining(", ", "SET ", "")));
  }

  /** Drops an object, if it is there. */
  static void drop(Session session, String database, Type type, String name) throws ServerError {
    if (type == Type.SEQUENCE_SET) {
      // It goes with its sequence.
      return;
    }
    session.run(
        "DROP "
            + type.sql()
            + " IF EXISTS "
            + Session.quoted(database)
            + "."
            + Session.quoted(name));
  }
}
