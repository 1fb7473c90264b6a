package io.salvor.provider.mongodb;

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
    if (e.refused()) {
      return failed(
          "It does not let " + who() + " in: " + e.getMessage(),
          "Check the user, the password (MONGODB_PASSWORD, MONGODB_PASSWORD_FILE), and the database"
              + " that the user belongs to, which is "
              + endpoint.authSource()
              + " unless the address says ?authSource=",
          e);
    }
    if (e.number() == ServerError.UNAUTHORIZED) {
      return failed(who() + " may not: " + e.getMessage(), needed(), e);
    }
    return e.fatal()
        ? failed(
            e.said(),
            "Check that it runs, that this machine may reach it, and whether it wants ?tls=true",
            e)
        : failed(e.said(), "See the server's log", e);
  }

  private String who() {
    return endpoint.user().isEmpty() ? "somebody without a name" : endpoint.user();
  }

  private String needed() {
    if (endpoint.user().isEmpty()) {
      return "Name a user in the address, as in mongodb://user@" + endpoint.place();
    }
    String database = endpoint.database();
    boolean reads = code == ErrorCode.SOURCE_UNREADABLE;
    return "Have an administrator run: "
        + (database.isEmpty()
            ? grant(reads ? "backup" : "restore", "admin")
            : grant(reads ? "read" : "dbAdmin", database)
                + (reads ? "" : "; " + grant("readWrite", database)));
  }

  /** The statement that grants what is missing. */
  public String grant(String role, String database) {
    return "db.getSiblingDB("
        + quoted(endpoint.authSource())
        + ").grantRolesToUser("
        + quoted(endpoint.user())
        + ", [{ role: "
        + quoted(role)
        + ", db: "
        + quoted(database)
        + " }])";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** A failure of its own. */
  public SalvorException failed(String why, String remedy, Throwable cause) {
    return new SalvorException(code, what, why, remedy, cause);
  }
}
