package io.salvor.provider.mysql;

import io.salvor.provider.mysql.Session.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an account may do, as {@code SHOW GRANTS} tells it. Without a right the server does not
 * refuse to list triggers or events: it lists none, and nothing else would tell.
 */
public final class Rights {
  private static final Pattern GRANT =
      Pattern.compile("^GRANT (.*?) ON (?:TABLE )?(\\S+?)\\.(\\S+) TO ", Pattern.DOTALL);

  private record Right(String words, String database, String table) {}

  private final List<Right> rights = new ArrayList<>();
  private final String account;

  private Rights(String account) {
    this.account = account;
  }

  /** Those of who has logged in. */
  public static Rights of(Session session) throws ServerError {
    Rights rights = new Rights(session.query("SELECT CURRENT_USER() AS me").getFirst().get("me"));
    for (Row row : session.query("SHOW GRANTS")) {
      Matcher matcher = GRANT.matcher(row.values().values().iterator().next() + " ");
      if (matcher.find()) {
        rights.rights.add(
            new Right(
                matcher.group(1).toUpperCase(Locale.ROOT),
                matcher.group(2).replace("`", ""),
                matcher.group(3).replace("`", "")));
      }
    }
    return rights;
  }

  /** Whether a right covers all of a database. */
  public boolean has(String right, String database) {
    return rights.stream()
        .anyMatch(
            one ->
                one.table().equals("*")
                    && (one.database().equals("*") || like(one.database(), database))
                    && (one.words().startsWith("ALL PRIVILEGES")
                        || List.of(one.words().split(", *", -1)).contains(right)));
  }

  /** Whether it has one of these for the whole server. */
  public boolean hasAnywhere(String... any) {
    return List.of(any).stream()
        .anyMatch(
            right ->
                rights.stream()
                    .anyMatch(
                        one ->
                            one.database().equals("*")
                                && one.table().equals("*")
                                && (one.words().startsWith("ALL PRIVILEGES")
                                    || List.of(one.words().split(", *", -1)).contains(right))));
  }

  /** Whether routines are listed, if perhaps without their bodies, which is told of each. */
  public boolean seesRoutines(String database) {
    return has("SELECT", "mysql")
        || has("EXECUTE", database)
        || rights.stream()
            .anyMatch(
                one ->
                    one.database().equals("mysql")
                        && one.table().equals("proc")
                        && one.words().contains("SELECT"));
  }

  private static boolean like(String pattern, String name) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\' && i + 1 < pattern.length()) {
        regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
      } else {
        regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.matches(regex.toString(), name);
  }

  /** The statement that gives a right. */
  public String grant(String right, String on) {
    int at = account.lastIndexOf('@');
    return "GRANT "
        + right
        + " ON "
        + on
        + " TO "
        + Session.text(account.substring(0, at))
        + "@"
        + Session.text(account.substring(at + 1));
  }
}
