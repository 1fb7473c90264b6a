package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.util.List;
import java.util.Set;

/**
 * What one entry says.
 *
 * @param added objects that exist from now on, unless something removes them
 * @param removed names of objects that are taken away on purpose, for good
 * @param givenUp entries whose loss was accepted: nobody misses them any more; one that is there
 *     counts all the same
 */
public record LedgerChange(
    List<LedgerEntry.Added> added,
    List<String> removed,
    List<Closure> closures,
    Set<ObjectId> givenUp) {

  public LedgerChange {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    closures = List.copyOf(closures);
    givenUp = Set.copyOf(givenUp);
  }

  /** The same, with no loss accepted. */
  public LedgerChange(List<LedgerEntry.Added> added, List<String> removed, List<Closure> closures) {
    this(added, removed, closures, Set.of());
  }

  /** Objects that exist from now on. */
  public static LedgerChange adding(List<LedgerEntry.Added> added) {
    return new LedgerChange(added, List.of(), List.of());
  }

  /** Objects that are taken away on purpose. */
  public static LedgerChange removing(List<String> removed) {
    return new LedgerChange(List.of(), removed, List.of());
  }

  /** Sessions that count no more. */
  public static LedgerChange closing(List<Closure> closures) {
    return new LedgerChange(List.of(), List.of(), closures);
  }
}
