package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.protocol.EncryptionRefused;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.PasswordMissing;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;

/**
 * Tells a person what a failure between here and a database means, and what helps.
 *
 * @param code SOURCE_UNREADABLE or TARGET_UNUSABLE
 * @param what cannot be done
 */
record Troubles(Endpoint endpoint, ErrorCode code, String what) {
  static final String NO_DATABASE = "3D000";
  static final String NO_RIGHT = "42501";

  static Troubles ofSource(Endpoint endpoint) {
    return new Troubles(
        endpoint, ErrorCode.SOURCE_UNREADABLE, "The database " + endpoint + " cannot be backed up");
  }

  static Troubles ofTarget(Endpoint endpoint) {
    return new Troubles(endpoint, ErrorCode.TARGET_UNUSABLE, "Cannot restore to " + endpoint);
  }

  SalvorException told(IOException failure) {
    return switch (failure) {
      case ServerError e -> refused(e);
      case DumpTool.Refused e -> told(e);
      case PasswordMissing e ->
          failed(
              "It wants a password of " + endpoint.user() + ", and none is known",
              "Set PGPASSWORD, or write a line into ~/.pgpass",
              e);
      case EncryptionRefused e ->
          failed(
              "The connection would not be protected as asked: " + e.getMessage(),
              "See sslmode and sslrootcert in the address",
              e);
      case ProtocolException e ->
          failed(
              "It broke the protocol: " + e.getMessage(),
              "Check that it is PostgreSQL 15 or newer, with no pooler in between",
              e);
      default ->
          failed(
              String.valueOf(failure.getMessage()),
              "Check that it runs, and that this machine may reach it",
              failure);
    };
  }

  private SalvorException told(DumpTool.Refused failure) {
    String words = failure.words().replaceAll("\\s+", " ");
    return failed(
        "pg_dump has failed: " + words,
        words.contains("permission denied")
            ? "Have a superuser run: " + readAll()
            : "Run pg_dump by hand to see it, and the server's log",
        failure);
  }

  /** The statement that lets the user read everything. */
  String readAll() {
    return "GRANT pg_read_all_data TO " + Sessions.quoted(endpoint.user());
  }

  /** Why one entry cannot be read, with the statement that grants what is missing. */
  String entry(ServerError e) {
    String message = said(e);
    if (e.getMessage() != null && e.getMessage().contains("row-level security")) {
      return message
          + "; a superuser can run: ALTER ROLE "
          + Sessions.quoted(endpoint.user())
          + " BYPASSRLS";
    }
    return e.state().equals(NO_RIGHT) ? message + "; a superuser can run: " + readAll() : message;
  }

  /** In the server's words. */
  static String said(ServerError e) {
    return e.getMessage()
        + (e.detail().isEmpty() ? "" : ": " + e.detail())
        + " (SQLSTATE "
        + e.state()
        + ")";
  }

  private SalvorException refused(ServerError e) {
    String user = Sessions.quoted(endpoint.user());
    return switch (e.state()) {
      case "28P01", "28000" ->
          failed(
              "It does not let " + endpoint.user() + " in: " + e.getMessage(),
              "Check the user, the password, and the server's pg_hba.conf",
              e);
      case NO_DATABASE ->
          failed(
              String.valueOf(e.getMessage()), "See `psql --list` for the databases that it has", e);
      case NO_RIGHT ->
          failed(
              endpoint.user() + " may not: " + e.getMessage(),
              "Have a superuser run: "
                  + (code == ErrorCode.SOURCE_UNREADABLE
                      ? readAll()
                      : "ALTER DATABASE "
                          + Sessions.quoted(endpoint.database())
                          + " OWNER TO "
                          + user),
              e);
      default -> failed(said(e), e.hint().isEmpty() ? "See the server's log" : e.hint(), e);
    };
  }

  SalvorException failed(String why, String remedy, Throwable cause) {
    return new SalvorException(code, what, why, remedy, cause);
  }
}
