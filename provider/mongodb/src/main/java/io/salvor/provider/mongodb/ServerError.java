package io.salvor.provider.mongodb;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the server or the driver says when something cannot be done; never with a password. */
public final class ServerError extends IOException {
  private static final long serialVersionUID = 1L;

  /** The user may not. */
  public static final int UNAUTHORIZED = 13;

  /** The user has not been let in. */
  public static final int AUTHENTICATION_FAILED = 18;

  /** There is no such collection, database or view. */
  public static final int NAMESPACE_NOT_FOUND = 26;

  /** There is a collection or view of this name. */
  public static final int NAMESPACE_EXISTS = 48;

  /** There is no such command. */
  public static final int COMMAND_NOT_FOUND = 59;

  /** The moment of a snapshot lies too far back. */
  public static final int SNAPSHOT_TOO_OLD = 239;

  /** Nobody knows that moment, or the collection has been changed since. */
  public static final int SNAPSHOT_UNAVAILABLE = 246;

  private static final Pattern CAUSE = Pattern.compile("caused by \\{[\\w.$]+: ([^{}]*)\\}");
  private static final Pattern SOCKET = Pattern.compile("exception=\\{[\\w.$]+: ([^{}]*)\\}");

  private final int number;
  private final String name;
  private final boolean fatal;
  private final boolean refused;

  ServerError(MongoException cause) {
    super(words(cause), cause);
    MongoCommandException command = command(cause);
    this.number = command != null ? command.getErrorCode() : cause.getCode();
    this.name = command != null ? command.getErrorCodeName() : "";
    this.refused = cause instanceof MongoSecurityException;
    this.fatal =
        refused
            || cause instanceof MongoSocketException
            || cause instanceof MongoTimeoutException
            || cause instanceof MongoInterruptedException;
  }

  private static @Nullable MongoCommandException command(MongoException cause) {
    return cause instanceof MongoCommandException found
        ? found
        : cause.getCause() instanceof MongoCommandException below ? below : null;
  }

  // The driver's texts hold the whole answer, or the whole state of its connections.
  private static String words(MongoException cause) {
    MongoCommandException command = command(cause);
    if (command != null) {
      return command.getErrorMessage();
    }
    if (cause instanceof MongoWriteException write) {
      return write.getError().getMessage();
    }
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof MongoTimeoutException) {
      for (Pattern pattern : new Pattern[] {CAUSE, SOCKET}) {
        Matcher found = pattern.matcher(text);
        if (found.find()) {
          return "nobody answers: " + found.group(1);
        }
      }
    }
    return text;
  }

  /** The server's error code; not positive if it is the driver's. */
  public int number() {
    return number;
  }

  /** Whether nothing more can be done by this client. */
  public boolean fatal() {
    return fatal;
  }

  /** Whether the user was not let in. */
  public boolean refused() {
    return refused || number == AUTHENTICATION_FAILED;
  }

  /** In the server's words. */
  public String said() {
    return number <= 0
        ? String.valueOf(getMessage())
        : getMessage() + " (error " + number + (name.isEmpty() ? "" : ", " + name) + ")";
  }
}
