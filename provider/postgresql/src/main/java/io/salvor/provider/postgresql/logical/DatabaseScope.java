package io.salvor.provider.postgresql.logical;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;

/**
 * What patterns select in a database: who asks for a table's rows gets what the table is made of,
 * too. Of a table with another name in the target there are its columns and its rows only, for the
 * names of keys and indexes are taken by the original.
 */
final class DatabaseScope {
  /** Rows, and nothing of what tables are made of. */
  static final Scope ROWS =
      (key, directory) ->
          !key.isRoot()
                  && new String(key.parts().getFirst(), StandardCharsets.UTF_8).equals(Keys.TABLES)
              ? Verdict.TAKEN
              : Verdict.LEFT_OUT;

  /** Rows, and what tables are made of. */
  static final Scope TABLES =
      (key, directory) -> Keys.rows(key) != null ? Verdict.TAKEN : ROWS.of(key, directory);

  private DatabaseScope() {}

  static Scope of(Scope asked, Mapping mapping) {
    if (asked == Scope.ALL && mapping.isEmpty()) {
      return asked;
    }
    Names names = Names.of(mapping);
    return (key, directory) -> {
      Key rows = Keys.rows(key);
      if (rows != null && names.isMapped(rows) && !Names.isTableItself(key)) {
        return Verdict.LEFT_OUT;
      }
      Verdict verdict = asked.of(key, directory);
      return verdict != Verdict.TAKEN && rows != null && asked.of(rows, false) == Verdict.TAKEN
          ? Verdict.TAKEN
          : verdict;
    };
  }
}
