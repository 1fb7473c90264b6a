package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Opens connections to one database whose texts are the same wherever and whenever they are read.
 *
 * @param notices gets what the server says besides
 */
record Sessions(Endpoint endpoint, Passwords passwords, Consumer<String> notices) {
  private static final String SETTINGS =
      """
      SET client_encoding = 'UTF8';
      SET datestyle = 'ISO';
      SET intervalstyle = 'postgres';
      SET timezone = 'UTC';
      SET extra_float_digits = 3;
      SET bytea_output = 'hex';
      SET lc_monetary = 'C';
      SET xmloption = 'content';
      SET standard_conforming_strings = on;
      SET synchronize_seqscans = off;
      SET row_security = off;
      SET check_function_bodies = off;
      SET statement_timeout = 0;
      SET lock_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      SET search_path = '';
      SET application_name = 'salvor';
      """;

  /** Logs in. */
  ServerConnection open() throws IOException {
    return open(endpoint);
  }

  /** Logs in to another database of the server. */
  ServerConnection open(Endpoint other) throws IOException {
    ServerConnection connection = ServerConnection.open(other, Purpose.SQL, passwords, notices);
    try {
      // A statement takes as long as it takes; a server that has gone is told by TCP.
      connection.patience(Duration.ZERO);
      run(connection, SETTINGS);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Runs statements whose answers nobody wants; together they are one transaction. */
  static void run(ServerConnection connection, String statements) throws IOException {
    connection.send(statements).end();
  }

  /** A name as SQL has it. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
