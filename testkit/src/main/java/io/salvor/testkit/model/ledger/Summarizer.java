package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;
import io.salvor.testkit.model.Rule;

/** Stores an entry that repeats what all the others say, then deletes those that it covers. */
final class Summarizer {
  private static final int PC = 0;
  private static final int LEDGER = 1;
  private static final int DONE = 3;

  private final int number;
  private final int actor;
  private final String name;

  /**
   * One of them.
   *
   * @param number from 0
   */
  Summarizer(int number) {
    this.number = number;
    this.actor = LedgerWorld.HOLDERS + 1 + number;
    this.name = "summarizer " + (number + 1);
  }

  /** It need not begin. */
  boolean finished(LedgerWorld world) {
    return world.get(actor, PC) == 0 || world.get(actor, PC) == DONE;
  }

  void expand(LedgerWorld world, Model.Steps steps) {
    int place = world.get(actor, PC);
    int listed = world.get(actor, LEDGER);
    LedgerWorld next = world.copy();
    next.set(actor, PC, place + 1);
    if (place == DONE - 1) {
      next.set(actor, LEDGER, 0);
    }
    boolean summaryFirst = world.has(Rule.SUMMARY_BEFORE_DELETE);
    if (place == 0) {
      int ledger = world.cells[LedgerWorld.ENTRIES];
      next.set(actor, LEDGER, ledger);
      steps.take(name, () -> "lists the ledger: " + KeyHolder.bits(ledger), next.cells);
    } else if (place < DONE && summaryFirst == (place == 1)) {
      next.putSummary(number, listed);
      int entry = LedgerWorld.SUMMARY + number;
      steps.take(
          name,
          () ->
              "stores entry "
                  + entry
                  + ", covers "
                  + KeyHolder.bits(next.coveredBy(number))
                  + ", names "
                  + KeyHolder.bits(next.named(entry)),
          next.cells);
    } else if (place < DONE) {
      next.cells[LedgerWorld.ENTRIES] &= ~listed;
      steps.take(name, () -> "deletes entries " + KeyHolder.bits(listed), next.cells);
    }
  }
}
