package io.salvor.provider.postgresql;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.protocol.EncryptionRefused;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.PasswordMissing;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;

/** Tells a person what a server's failure means, and what helps. */
public final class ServerFailures {
  private ServerFailures() {}

  /** What went wrong between here and a server. */
  public static SalvorException told(IOException failure, Endpoint endpoint) {
    String what = "The server at " + endpoint.place() + " cannot be backed up";
    return switch (failure) {
      case ServerError refused -> refused(refused, endpoint, what);
      case PasswordMissing e ->
          failed(
              what,
              "It wants a password of " + endpoint.user() + ", and none is known",
              "Set PGPASSWORD, or write a line into ~/.pgpass",
              e);
      case EncryptionRefused e ->
          failed(
              what,
              "The connection would not be protected as asked: " + e.getMessage(),
              "See sslmode and sslrootcert in the address",
              e);
      case ProtocolException e ->
          failed(
              what,
              "It broke the protocol: " + e.getMessage(),
              "Check that it is PostgreSQL 15 or newer, with no pooler in between",
              e);
      default ->
          failed(
              what,
              String.valueOf(failure.getMessage()),
              "Check that it runs, and that this machine may reach it",
              failure);
    };
  }

  private static SalvorException refused(ServerError e, Endpoint endpoint, String what) {
    String user = endpoint.user();
    return switch (e.state()) {
      case "28P01", "28000" ->
          failed(
              what,
              "It does not let " + user + " in: " + e.getMessage(),
              "Check the password, and the server's pg_hba.conf, which needs a line for"
                  + " replication",
              e);
      case "42501" ->
          failed(
              what,
              user + " may not: " + e.getMessage(),
              "Have a superuser run: ALTER ROLE \"" + user.replace("\"", "\"\"") + "\" REPLICATION",
              e);
      default ->
          failed(
              what,
              e.getMessage() + " (SQLSTATE " + e.state() + ")",
              e.hint().isEmpty() ? "See the server's log" : e.hint(),
              e);
    };
  }

  private static SalvorException failed(String what, String why, String remedy, Throwable cause) {
    return new SalvorException(ErrorCode.SOURCE_UNREADABLE, what, why, remedy, cause);
  }
}
