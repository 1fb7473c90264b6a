package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;

/**
 * One state of a database that several connections see: it is held as long as this is open.
 *
 * @param main the connection that has exported it
 */
record Snapshot(Sessions sessions, ServerConnection main, String name) implements AutoCloseable {
  private static final String BEGIN =
      "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

  /** Takes the present state. */
  static Snapshot take(Sessions sessions) throws IOException {
    ServerConnection main = sessions.open();
    try {
      Sessions.run(main, BEGIN);
      String name =
          main.query("SELECT pg_catalog.pg_export_snapshot() AS name").getFirst().get("name");
      return new Snapshot(sessions, main, name);
    } catch (IOException | RuntimeException e) {
      main.close();
      throw e;
    }
  }

  /** One more connection that sees it. */
  ServerConnection share() throws IOException {
    ServerConnection connection = sessions.open();
    try {
      begin(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Has a connection see it again whose transaction has failed. */
  void again(ServerConnection connection) throws IOException {
    Sessions.run(connection, "ROLLBACK");
    begin(connection);
  }

  private void begin(ServerConnection connection) throws IOException {
    Sessions.run(connection, BEGIN);
    Sessions.run(connection, "SET TRANSACTION SNAPSHOT " + ServerConnection.quoted(name));
  }

  @Override
  public void close() throws IOException {
    main.close();
  }
}
