package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.pattern.Unmatched;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.tree.Key;
import java.util.List;

/** Notices which includes of a restore match nothing. */
final class Includes implements Scope {
  private final Scope scope;
  private final Unmatched unmatched;

  Includes(Scope scope, List<String> include) {
    this.scope = scope;
    this.unmatched = new Unmatched(include);
  }

  /** The scope, watched if there is anything to watch. */
  Scope scope() {
    return unmatched.patterns().isEmpty() ? scope : this;
  }

  @Override
  public Verdict of(Key key, boolean directory) {
    Verdict verdict = scope.of(key, directory);
    if (verdict == Verdict.TAKEN) {
      unmatched.see(key, directory);
    }
    return verdict;
  }

  /**
   * After the plan was made: warns of each that matched nothing.
   *
   * @throws SalvorException NOTHING_MATCHED if all are so
   */
  void tell(Session session) {
    List<String> patterns = unmatched.patterns();
    if (unmatched.isAll()) {
      throw new SalvorException(
          ErrorCode.NOTHING_MATCHED,
          "No entry matches --include " + String.join(", nor --include ", patterns),
          "patterns are those of .gitignore, and a leading / is the source directory",
          "see `salvor find` for what the backup holds");
    }
    for (String pattern : patterns) {
      session.warn("", "nothing matched --include " + pattern, ErrorCode.NOTHING_MATCHED.code());
    }
  }
}
