package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What is asked for of one database in a cluster: {@code shop/public.orders}, {@code
 * shop/public.*}, {@code shop/} for all of it; {@code *} stands for any letters and {@code ?} for
 * one.
 *
 * @param database whose they are
 * @param all whether everything is asked for
 * @param patterns of {@code schema.name}
 */
public record TablePatterns(String database, boolean all, List<Named> patterns) {

  /**
   * One of them.
   *
   * @param text as it was written
   */
  public record Named(String text, Pattern pattern) {
    boolean matches(String schema, String name) {
      return pattern.matcher(schema + "." + name).matches();
    }

    /** Whether all that lies in a schema is meant. */
    boolean isOfSchema() {
      return text.endsWith(".*");
    }
  }

  public TablePatterns {
    patterns = List.copyOf(patterns);
  }

  /**
   * Reads them.
   *
   * @throws SalvorException USAGE
   */
  public static TablePatterns of(List<String> written) {
    String database = "";
    boolean all = false;
    List<Named> patterns = new ArrayList<>();
    for (String each : written) {
      int slash = each.indexOf('/');
      if (slash <= 0) {
        throw bad(each, "it does not begin with the name of a database and a slash");
      }
      String of = each.substring(0, slash);
      String what = each.substring(slash + 1);
      if (!database.isEmpty() && !database.equals(of)) {
        throw bad(each, "another --include is about the database " + database);
      }
      database = of;
      if (what.isEmpty() || what.equals("*") || what.equals("*.*")) {
        all = true;
      } else if (what.indexOf('.') <= 0 || what.endsWith(".")) {
        throw bad(each, "behind the slash is no schema and table");
      } else {
        patterns.add(new Named(each, glob(what)));
      }
    }
    return new TablePatterns(database, all, patterns);
  }

  private static Pattern glob(String text) {
    StringBuilder pattern = new StringBuilder();
    for (char c : text.toCharArray()) {
      pattern.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(pattern.toString(), Pattern.DOTALL);
  }

  private static SalvorException bad(String written, String why) {
    return new SalvorException(
        ErrorCode.USAGE,
        "--include cannot be \"" + written + "\" for a backup of a cluster",
        why,
        "write <database>/<schema>.<table>, <database>/<schema>.* or <database>/, all of one"
            + " database");
  }
}
