package io.salvor.engine.verify;

import io.salvor.engine.repository.Repository;
import java.util.List;

/**
 * What helps against damage, with the copy by name where this machine has seen one.
 *
 * @param from the address of a copy as it is said on a command line
 * @param where where the copy is, for people; empty if none is known
 */
record Remedies(String from, String where) {

  static Remedies of(Repository repository) {
    List<String> places = repository.otherPlaces();
    return places.isEmpty()
        ? new Remedies("<copy>", "")
        : new Remedies(quoted(places.getFirst()), ", where this machine has seen a copy");
  }

  private static String quoted(String place) {
    return place.matches("[\\w/.:@%+,=-]+") ? place : "'" + place.replace("'", "'\\''") + "'";
  }

  /** For what only a copy has. */
  String putBack() {
    return where.isEmpty()
        ? "`salvor repair --from <copy>` puts it back if there is a copy of the repository"
        : "run `salvor repair --from " + from + "`" + where;
  }

  /** For what a repair can do something about without a copy, too. */
  String mend(String without) {
    return where.isEmpty()
        ? "run `salvor repair`, with --from <copy> if there is a copy; " + without
        : putBack() + "; without it `salvor repair` saves what is left";
  }
}
