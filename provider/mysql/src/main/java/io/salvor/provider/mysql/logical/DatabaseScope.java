package io.salvor.provider.mysql.logical;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.tree.Key;

/**
 * What patterns select: who asks for a table's rows gets the table and its triggers, too. Of a
 * table with a name of its own in the target there is the table and its rows only. Where the binary
 * log stood is told, and never restored.
 */
final class DatabaseScope {
  private DatabaseScope() {}

  /** Of a restore. */
  static Scope of(Scope asked, Mapping mapping) {
    Names names = new Names(mapping);
    Scope wide = widened(asked);
    return (key, directory) -> {
      if (key.equals(Keys.POSITION)) {
        return Verdict.LEFT_OUT;
      }
      String database = Keys.database(key);
      if (database.isEmpty() && names.namesDatabases() && Keys.type(key) == Type.USER) {
        return Verdict.LEFT_OUT;
      }
      Key rows = Keys.isRows(key) ? key : Keys.rows(key);
      boolean mapped = rows != null && names.isMapped(rows);
      if (mapped) {
        return !Keys.isRows(key) && Keys.type(key) != Type.TABLE
            ? Verdict.LEFT_OUT
            : wide.of(key, directory);
      }
      return database.isEmpty() || names.isAbout(database)
          ? wide.of(key, directory)
          : Verdict.LEFT_OUT;
    };
  }

  /** Of a backup, or of a restore before names are looked at. */
  static Scope widened(Scope asked) {
    return (key, directory) -> {
      Verdict verdict = asked.of(key, directory);
      Key rows = Keys.rows(key);
      return verdict != Verdict.TAKEN && rows != null && asked.of(rows, false) == Verdict.TAKEN
          ? Verdict.TAKEN
          : verdict;
    };
  }
}
