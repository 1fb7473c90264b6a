package io.salvor.provider.mysql.logical;

import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that see the same moment. All writing is held up while they begin; where the account may
 * not do that, or somebody else's work goes on for too long, there is one session only, which holds
 * nobody up.
 *
 * @param sessions that read, one at least
 * @param reason why there is one only; null if writing was held up
 */
record Snapshot(List<Session> sessions, Position position, @Nullable String reason)
    implements AutoCloseable {
  private static final String BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT";
  private static final String PATIENCE = "SET SESSION lock_wait_timeout = 30";

  /**
   * Where the binary log stood; empty where it is off, or may not be seen.
   *
   * @param gtid of MariaDB or of MySQL, as each writes them
   */
  record Position(String file, String offset, String gtid) {
    static final Position UNKNOWN = new Position("", "", "");
  }

  Snapshot {
    sessions = List.copyOf(sessions);
  }

  /** Takes one. */
  static Snapshot take(Endpoint endpoint, Passwords passwords, int count) throws IOException {
    List<Session> sessions = new ArrayList<>();
    try {
      Session main = Session.open(endpoint, passwords);
      sessions.add(main);
      try (Session lock = Session.open(endpoint, passwords)) {
        while (sessions.size() < count) {
          sessions.add(Session.open(endpoint, passwords));
        }
        lock.run(PATIENCE);
        lock.run("FLUSH TABLES WITH READ LOCK");
        for (Session session : sessions) {
          begin(session);
        }
        Position position = position(main, lock);
        lock.run("UNLOCK TABLES");
        return new Snapshot(sessions, position, null);
      } catch (ServerError e) {
        if (e.fatal() || e.number() == ServerError.ACCESS_DENIED) {
          throw e;
        }
        for (Session session : sessions.subList(1, sessions.size())) {
          session.close();
        }
        main.run("ROLLBACK");
        begin(main);
        return new Snapshot(List.of(main), position(main, null), String.valueOf(e.getMessage()));
      }
    } catch (IOException | RuntimeException e) {
      sessions.forEach(Session::close);
      throw e;
    }
  }

  private static void begin(Session session) throws ServerError {
    session.run(BEGIN);
    session.run("SAVEPOINT beginning");
  }

  /** Lets others change definitions of what was read; the moment stays the same. */
  static void letGo(Session session) throws ServerError {
    try {
      session.run("ROLLBACK TO SAVEPOINT beginning");
    } catch (ServerError e) {
      // Some storage engines have none; then they wait until the end.
      if (e.fatal()) {
        throw e;
      }
    }
  }

  /** The session that reads definitions. */
  Session main() {
    return sessions.getFirst();
  }

  /** MariaDB tells it of a snapshot; MySQL only of the moment, in which nothing may be written. */
  private static Position position(Session main, @Nullable Session lock) throws IOException {
    try {
      if (main.isMariaDb()) {
        String file = status(main, "binlog_snapshot_file");
        String offset = status(main, "binlog_snapshot_position");
        if (file.isEmpty()) {
          return Position.UNKNOWN;
        }
        String gtid =
            main.query("SELECT BINLOG_GTID_POS(" + Session.text(file) + ", " + offset + ") AS gtid")
                .getFirst()
                .text("gtid");
        return new Position(file, offset, gtid);
      }
      for (Row row : lock == null ? List.<Row>of() : lock.query("SHOW MASTER STATUS")) {
        return new Position(row.text("file"), row.text("position"), row.text("executed_gtid_set"));
      }
      return Position.UNKNOWN;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      return Position.UNKNOWN;
    }
  }

  private static String status(Session session, String name) throws ServerError {
    List<Row> rows = session.query("SHOW STATUS LIKE '" + name + "'");
    return rows.isEmpty() ? "" : rows.getFirst().text("value");
  }

  @Override
  public void close() {
    sessions.forEach(Session::close);
  }
}
