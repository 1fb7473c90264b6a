package io.salvor.provider.mysql;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;

/**
 * Tells a person what a failure between here and a server means, and what helps.
 *
 * @param code SOURCE_UNREADABLE or TARGET_UNUSABLE
 * @param what cannot be done
 */
public record Troubles(Endpoint endpoint, ErrorCode code, String what) {
  /** Of a backup. */
  public static Troubles ofSource(Endpoint endpoint) {
    return new Troubles(
        endpoint,
        ErrorCode.SOURCE_UNREADABLE,
        (endpoint.database().isEmpty() ? "The server " : "The database ")
            + endpoint
            + " cannot be backed up");
  }

  /** Of a restore. */
  public static Troubles ofTarget(Endpoint endpoint) {
    return new Troubles(endpoint, ErrorCode.TARGET_UNUSABLE, "Cannot restore to " + endpoint);
  }

  /** In three lines. */
  public SalvorException told(IOException failure) {
    if (!(failure instanceof ServerError e)) {
      return failed(
          String.valueOf(failure.getMessage()),
          "Check that it runs, and that this machine may reach it",
          failure);
    }
    return switch (e.number()) {
      case ServerError.ACCESS_DENIED, 1698, 4151 ->
          failed(
              "It does not let " + endpoint.user() + " in: " + e.getMessage(),
              "Check the user, the host that it may come from, and the password: MYSQL_PWD, or"
                  + " [client] in ~/.my.cnf",
              e);
      case ServerError.NO_DATABASE ->
          failed(
              "It has no database " + endpoint.database() + ": " + e.getMessage(),
              "See SHOW DATABASES for those that " + endpoint.user() + " may see",
              e);
      case ServerError.DATABASE_DENIED, 1142, 1143, 1227, 1370, 1419 ->
          failed(endpoint.user() + " may not: " + e.getMessage(), needed(), e);
      default ->
          e.fatal()
              ? failed(e.said(), "Check that it runs, and that this machine may reach it", e)
              : failed(e.said(), "See the server's log", e);
    };
  }

  private String needed() {
    return "Have an administrator run: "
        + (code == ErrorCode.SOURCE_UNREADABLE
            ? grant("SELECT, SHOW VIEW, TRIGGER, EVENT", endpoint.database())
            : grant("ALL PRIVILEGES", endpoint.database()));
  }

  /**
   * The statement that grants what is missing; the account's host is what the server takes it for.
   *
   * @param database empty for all
   */
  public String grant(String rights, String database) {
    return "GRANT "
        + rights
        + " ON "
        + (database.isEmpty() ? "*" : Session.quoted(database))
        + ".* TO "
        + Session.text(endpoint.user());
  }

  /** A failure of its own. */
  public SalvorException failed(String why, String remedy, Throwable cause) {
    return new SalvorException(code, what, why, remedy, cause);
  }
}
