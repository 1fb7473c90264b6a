package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;
import io.salvor.testkit.model.Rule;

/** Stores an entry that repeats what all the others say, then deletes those that it covers. */
final class Summarizer {
  private static final int ACTOR = LedgerWorld.HOLDERS + 1;
  private static final int PC = 0;
  private static final int LEDGER = 1;
  private static final int DONE = 3;

  private Summarizer() {}

  /** It need not begin. */
  static boolean finished(LedgerWorld world) {
    return world.get(ACTOR, PC) == 0 || world.get(ACTOR, PC) == DONE;
  }

  static void expand(LedgerWorld world, Model.Steps steps) {
    int place = world.get(ACTOR, PC);
    int listed = world.get(ACTOR, LEDGER);
    LedgerWorld next = world.copy();
    next.set(ACTOR, PC, place + 1);
    if (place == DONE - 1) {
      next.set(ACTOR, LEDGER, 0);
    }
    boolean summaryFirst = world.has(Rule.SUMMARY_BEFORE_DELETE);
    if (place == 0) {
      int ledger = world.cells[LedgerWorld.ENTRIES];
      next.set(ACTOR, LEDGER, ledger);
      steps.take("summarizer", () -> "lists the ledger: " + KeyHolder.bits(ledger), next.cells);
    } else if (place < DONE && summaryFirst == (place == 1)) {
      next.putSummary(listed);
      steps.take(
          "summarizer",
          () ->
              "stores entry 4, covers "
                  + KeyHolder.bits(next.cells[LedgerWorld.SUMMED])
                  + ", names "
                  + KeyHolder.bits(next.named(LedgerWorld.SUMMARY)),
          next.cells);
    } else if (place < DONE) {
      next.cells[LedgerWorld.ENTRIES] &= ~listed;
      steps.take("summarizer", () -> "deletes entries " + KeyHolder.bits(listed), next.cells);
    }
  }
}
