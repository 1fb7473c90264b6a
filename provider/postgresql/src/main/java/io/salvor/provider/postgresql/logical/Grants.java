package io.salvor.provider.postgresql.logical;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Statements by which {@code pg_dump} tells what rights an object has beside those that it has from
 * the beginning.
 */
final class Grants {
  private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[^\\s\"]+)";
  private static final Pattern GRANT =
      Pattern.compile("GRANT (.+) TO (" + NAME + ")(?: WITH GRANT OPTION)?;");
  private static final Pattern REVOKE = Pattern.compile("REVOKE (.+) FROM (" + NAME + ");");

  private Grants() {}

  /**
   * What leads from these rights back to those that the object has from the beginning: each
   * statement the other way round, the last one first.
   *
   * @return null if there are others than the owner's grants among them
   */
  static @Nullable String inverse(String statements) {
    List<String> inverse = new ArrayList<>();
    for (String line : statements.lines().filter(one -> !one.isBlank()).toList()) {
      Matcher grant = GRANT.matcher(line);
      Matcher revoke = REVOKE.matcher(line);
      if (grant.matches()) {
        inverse.addFirst("REVOKE " + grant.group(1) + " FROM " + grant.group(2) + ";");
      } else if (revoke.matches()) {
        inverse.addFirst("GRANT " + revoke.group(1) + " TO " + revoke.group(2) + ";");
      } else {
        return null;
      }
    }
    return String.join("\n", inverse) + "\n";
  }
}
