package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import java.io.IOException;
import java.util.regex.Pattern;

/** Makes and drops objects by statements. */
final class Statements {
  private static final int NOT_ALLOWED = 1227;
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
    session.run("USE " + Session.quoted(database));
    boolean body = attributes.values().containsKey("sql-mode");
    String collation = attributes.text("collation");
    try {
      if (!collation.isEmpty() && collation.startsWith("utf8")) {
        session.run("SET collation_connection = " + Session.text(collation));
      }
      if (body) {
        session.run("SET sql_mode = " + Session.text(attributes.text("sql-mode")));
      }
      session.run(sql);
      return true;
    } catch (ServerError e) {
      String mine = DEFINER.matcher(sql).replaceFirst("$1");
      if (e.number() != NOT_ALLOWED || mine.equals(sql)) {
        throw e;
      }
      session.run(mine);
      return false;
    } finally {
      if (body) {
        session.run("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'");
      }
    }
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
