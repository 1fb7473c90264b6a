package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Runs statements of a log with the settings that their sessions had. */
final class StatementRunner implements AutoCloseable {
  private final Session session;
  private final Map<Integer, String> collations = new HashMap<>();
  private final String defaultZone;
  private final String defaultCollation;
  private String using = "";

  StatementRunner(Session session) throws IOException {
    this.session = session;
    for (Row row :
        session.query(
            "SELECT ID AS id, COLLATION_NAME AS name FROM information_schema.COLLATIONS")) {
      if (!row.text("id").isEmpty()) {
        collations.put(Integer.parseInt(row.get("id")), row.get("name"));
      }
    }
    this.defaultZone = session.query("SELECT @@global.time_zone AS z").getFirst().get("z");
    this.defaultCollation =
        session.query("SELECT @@global.collation_server AS c").getFirst().get("c");
  }

  void run(Chosen.Decision.Run run, QueryEvent event, long when) throws IOException {
    if (!run.database().isEmpty() && !run.database().equals(using)) {
      session.run("USE " + Session.quoted(run.database()));
      using = run.database();
    }
    String server = collations.get(event.server());
    String connection = collations.get(event.connection());
    session.run(
        "SET timestamp = "
            + when
            + ", foreign_key_checks = "
            + (event.checksForeignKeys() ? 1 : 0)
            + ", unique_checks = "
            + (event.checksUniqueness() ? 1 : 0)
            + ", sql_mode = "
            + (event.mode() < 0 ? "@@global.sql_mode" : String.valueOf(event.mode()))
            + ", time_zone = "
            + Session.text(event.zone().isEmpty() ? defaultZone : event.zone())
            + ", collation_server = "
            + (server == null ? defaultCollation : server)
            + (connection == null ? "" : ", collation_connection = " + connection));
    try {
      session.run(run.sql());
    } catch (ServerError e) {
      // It has failed there as well, and has done what it could before.
      if (event.error() == 0 || e.number() != event.error()) {
        throw e;
      }
    }
    if (run.database().isEmpty()) {
      // The database that was in use may have been dropped.
      using = "";
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
