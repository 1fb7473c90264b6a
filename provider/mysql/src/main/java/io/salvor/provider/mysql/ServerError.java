package io.salvor.provider.mysql;

import java.io.IOException;
import java.sql.SQLException;

/** What the server or the driver says when something cannot be done. */
public final class ServerError extends IOException {
  private static final long serialVersionUID = 1L;

  /** The account has not been let in. */
  public static final int ACCESS_DENIED = 1045;

  /** The account may not use the database. */
  public static final int DATABASE_DENIED = 1044;

  /** There is no such database. */
  public static final int NO_DATABASE = 1049;

  /** There is no such table or view. */
  public static final int NO_TABLE = 1146;

  private final int number;
  private final String state;

  ServerError(SQLException cause) {
    super(words(cause), cause);
    this.number = cause.getErrorCode();
    this.state = cause.getSQLState() == null ? "" : cause.getSQLState();
  }

  // The driver begins with the connection's number.
  private static String words(SQLException cause) {
    return String.valueOf(cause.getMessage()).replaceFirst("^\\(conn=\\d+\\) ", "");
  }

  /** The server's error code; 0 if it is the driver's. */
  public int number() {
    return number;
  }

  /** Whether the connection is of no use any more. */
  public boolean fatal() {
    return state.startsWith("08") || number == 1927 || number == 1053;
  }

  /** In the server's words. */
  public String said() {
    return getMessage() + " (error " + number + ", SQLSTATE " + state + ")";
  }
}
