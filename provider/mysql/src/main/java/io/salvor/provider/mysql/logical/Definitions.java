package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the definitions of one database. */
final class Definitions {
  private static final Pattern COUNTER = Pattern.compile(" AUTO_INCREMENT=\\d+");

  /** Takes what cannot be read. */
  interface Failures {
    void failed(Key key, String why);
  }

  private final Session session;
  private final String database;
  private final Failures failures;
  private final List<Definition> all = new ArrayList<>();

  private Definitions(Session session, String database, Failures failures) {
    this.session = session;
    this.database = database;
    this.failures = failures;
  }

  /**
   * All of a database.
   *
   * @param failures told what cannot be read, and why
   */
  static List<Definition> of(Session session, String database, Failures failures)
      throws ServerError {
    Definitions definitions = new Definitions(session, database, failures);
    session.run("USE " + Session.quoted(database));
    definitions.database();
    definitions.relations();
    definitions.routines();
    definitions.triggers();
    definitions.events();
    return definitions.all;
  }

  private void database() throws ServerError {
    for (Row row :
        session.query(
            """
            SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
            FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?
            """,
            database)) {
      String sql =
          "CREATE DATABASE "
              + Session.quoted(database)
              + " CHARACTER SET "
              + row.get("charset")
              + " COLLATE "
              + row.get("collation");
      Key key = Keys.definition(database, Type.DATABASE, database);
      all.add(new Definition(key, Type.DATABASE, database, sql));
    }
  }

  private void relations() throws ServerError {
    for (Row row :
        session.query(
            """
            SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME
            """,
            database)) {
      String name = row.get("name");
      switch (row.get("type")) {
        case "VIEW" -> show(Type.VIEW, name, "create view");
        case "SEQUENCE" -> {
          // Before 10.10 and after, this word is the one of tables.
          show(Type.SEQUENCE, name, "create table");
          value(name);
        }
        case "BASE TABLE", "SYSTEM VERSIONED" -> show(Type.TABLE, name, "create table");
        default -> {
          // A view of the server's own.
        }
      }
    }
  }

  private void value(String name) throws ServerError {
    Key key = Keys.definition(database, Type.SEQUENCE_SET, name);
    try {
      String next =
          session
              .query("SELECT next_not_cached_value AS next FROM " + Session.quoted(name))
              .getFirst()
              .get("next");
      String sql = "ALTER SEQUENCE " + Session.quoted(name) + " RESTART WITH " + next;
      all.add(new Definition(key, Type.SEQUENCE_SET, name, sql));
    } catch (ServerError e) {
      fail(key, e);
    }
  }

  private void routines() throws ServerError {
    for (Row row :
        session.query(
            """
            SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES
            WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_TYPE, ROUTINE_NAME
            """,
            database)) {
      Type type = Type.of(row.get("type").toLowerCase(java.util.Locale.ROOT).replace(' ', '-'));
      if (type != null) {
        show(type, row.get("name"), "create " + type.word().replace('-', ' '));
      }
    }
  }

  private void show(Type type, String name, String column) throws ServerError {
    Key key = Keys.definition(database, type, name);
    try {
      Row row = session.query("SHOW CREATE " + type.sql() + " " + Session.quoted(name)).getFirst();
      String sql = row.find(column);
      if (sql == null) {
        failures.failed(key, "its body may not be seen");
        return;
      }
      String plain = type == Type.TABLE ? COUNTER.matcher(sql).replaceFirst("") : sql;
      all.add(new Definition(key, type, name, plain, settings(row)));
    } catch (ServerError e) {
      fail(key, e);
    }
  }

  /** What a body was written under. */
  private static Attributes settings(Row row) {
    Attributes attributes = Attributes.NONE;
    if (row.find("sql_mode") != null) {
      attributes = attributes.with("sql-mode", row.text("sql_mode"));
    }
    if (row.find("time_zone") != null) {
      // That of an event, in which its times are told.
      attributes = attributes.with("time-zone", row.text("time_zone"));
    }
    return row.text("collation_connection").isEmpty()
        ? attributes
        : attributes.with("collation", row.text("collation_connection"));
  }

  /** As they are kept, put together anew, for what was typed may name the database. */
  private void triggers() throws ServerError {
    for (Row row :
        session.query(
            """
            SELECT TRIGGER_NAME AS name, EVENT_MANIPULATION AS event, ACTION_TIMING AS timing,
                   EVENT_OBJECT_TABLE AS t, ACTION_STATEMENT AS body, DEFINER AS definer,
                   ACTION_ORDER AS place, SQL_MODE AS sql_mode,
                   COLLATION_CONNECTION AS collation_connection
            FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
            ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER
            """,
            database)) {
      String name = row.get("name");
      String sql =
          "CREATE DEFINER="
              + account(row.get("definer"))
              + " TRIGGER "
              + Session.quoted(name)
              + " "
              + row.get("timing")
              + " "
              + row.get("event")
              + " ON "
              + Session.quoted(row.get("t"))
              + " FOR EACH ROW "
              + row.get("body");
      all.add(
          new Definition(
              Keys.trigger(database, row.get("t"), name),
              Type.TRIGGER,
              name,
              sql,
              settings(row).with("order", Long.parseLong(row.get("place")))));
    }
  }

  private void events() throws ServerError {
    for (Row row :
        session.query(
            """
            SELECT EVENT_NAME AS name FROM information_schema.EVENTS
            WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME
            """,
            database)) {
      show(Type.EVENT, row.get("name"), "create event");
    }
  }

  /** {@code user@host} as SQL has it. */
  static String account(String text) {
    int at = text.lastIndexOf('@');
    return at < 0
        ? Session.quoted(text)
        : Session.quoted(text.substring(0, at)) + "@" + Session.quoted(text.substring(at + 1));
  }

  private void fail(Key key, ServerError e) throws ServerError {
    if (e.fatal()) {
      throw e;
    }
    failures.failed(key, e.said());
  }
}
