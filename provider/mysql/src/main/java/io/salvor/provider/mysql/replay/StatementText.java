package io.salvor.provider.mysql.replay;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The text of a statement, by the number of its client's collation. */
final class StatementText {
  private static final Charset WESTERN = Charset.forName("windows-1252");

  // latin1 in its collations; ascii and binary are like one of the others.
  private static final Set<Integer> LATIN1 = Set.of(5, 8, 15, 31, 47, 48, 49, 94);

  private StatementText() {}

  static String of(QueryEvent event) {
    return new String(
        event.text(), LATIN1.contains(event.client()) ? WESTERN : StandardCharsets.UTF_8);
  }

  /** Whether it says the same when it was sent as UTF-8. */
  static boolean isReadable(QueryEvent event) {
    if (LATIN1.contains(event.client())) {
      return true;
    }
    byte[] again = of(event).getBytes(StandardCharsets.UTF_8);
    return java.util.Arrays.equals(again, event.text());
  }
}
