package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the database itself. */
final class Databases {
  /** Every server has it, for connections that want none in particular. */
  static final String MAINTENANCE = "postgres";

  private static final Pattern MADE =
      Pattern.compile("^CREATE DATABASE (?:\"(?:[^\"]|\"\")*\"|\\S+)");

  private Databases() {}

  /**
   * Makes it if it is missing.
   *
   * @param sql the backup's statement, empty if there is none
   */
  static void require(Sessions sessions, String sql) throws IOException {
    try (ServerConnection _ = sessions.open()) {
      return;
    } catch (ServerError e) {
      if (!e.state().equals(Troubles.NO_DATABASE)) {
        throw e;
      }
    }
    String name = Sessions.quoted(sessions.endpoint().database());
    String make =
        sql.isEmpty()
            ? "CREATE DATABASE " + name + " TEMPLATE template0"
            : MADE.matcher(sql).replaceFirst(Matcher.quoteReplacement("CREATE DATABASE " + name));
    try (ServerConnection connection = sessions.open(sessions.endpoint().in(MAINTENANCE))) {
      Sessions.run(connection, make);
    }
  }
}
