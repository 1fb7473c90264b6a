package io.salvor.provider.mongodb.logical;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.tree.Key;

/**
 * What patterns select: who asks for documents gets their collection and its indexes, too. Of which
 * moment a backup is, is told, and never restored.
 */
final class DatabaseScope {
  private DatabaseScope() {}

  /** Of a restore. */
  static Scope of(Scope asked, Mapping mapping) {
    Names names = new Names(mapping);
    Scope wide = widened(asked);
    return (key, directory) -> {
      if (key.equals(Keys.SNAPSHOT)) {
        return Verdict.LEFT_OUT;
      }
      Key documents = Keys.isDocuments(key) ? key : Keys.documents(key);
      boolean own = documents != null && names.isMapped(documents);
      return own || Keys.database(key).isEmpty() || names.isAbout(Keys.database(key))
          ? wide.of(key, directory)
          : Verdict.LEFT_OUT;
    };
  }

  /** Of a backup, or of a restore before names are looked at. */
  static Scope widened(Scope asked) {
    return (key, directory) -> {
      Verdict verdict = asked.of(key, directory);
      Key documents = Keys.documents(key);
      return verdict != Verdict.TAKEN
              && documents != null
              && asked.of(documents, false) == Verdict.TAKEN
          ? Verdict.TAKEN
          : verdict;
    };
  }
}
