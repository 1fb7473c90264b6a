package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;
import io.salvor.testkit.model.Rule;

/** Forgets one backup, any that it finds: a ledger entry, then the manifest's deletion. */
final class Remover {
  private static final int ACTOR = LedgerWorld.HOLDERS;
  private static final int PC = 0;
  private static final int LEDGER = 1;
  private static final int DONE = 4;

  private Remover() {}

  /** It need not begin. */
  static boolean finished(LedgerWorld world) {
    return world.get(ACTOR, PC) == 0 || world.get(ACTOR, PC) == DONE;
  }

  static void expand(LedgerWorld world, Model.Steps steps) {
    int place = world.get(ACTOR, PC);
    boolean entryFirst = world.has(Rule.REMOVAL_BEFORE_DELETE);
    LedgerWorld next = world.copy();
    next.set(ACTOR, PC, place + 1);
    if (place == 0) {
      int ledger = world.cells[LedgerWorld.ENTRIES];
      next.set(ACTOR, LEDGER, ledger);
      steps.take("remover", () -> "lists the ledger: " + KeyHolder.bits(ledger), next.cells);
    } else if (place == 1) {
      int manifests = world.cells[LedgerWorld.MANIFESTS];
      for (int rest = manifests; rest != 0; rest &= rest - 1) {
        int manifest = Integer.numberOfTrailingZeros(rest);
        LedgerWorld chosen = next.copy();
        chosen.cells[LedgerWorld.REMOVED] = 1 << manifest;
        steps.take("remover", () -> "is to forget backup " + manifest, chosen.cells);
      }
      if (manifests == 0) {
        next.set(ACTOR, LEDGER, 0);
        next.set(ACTOR, PC, DONE);
        steps.take("remover", () -> "finds nothing to forget", next.cells);
      }
    } else if (place < DONE && entryFirst == (place == 2)) {
      next.putEntry(LedgerWorld.REMOVAL, world.get(ACTOR, LEDGER), 0, 0);
      if (place == 3) {
        next.set(ACTOR, LEDGER, 0);
      }
      steps.take("remover", () -> "stores entry 3, which removes it", next.cells);
    } else if (place < DONE) {
      next.cells[LedgerWorld.MANIFESTS] &= ~world.cells[LedgerWorld.REMOVED];
      steps.take("remover", () -> "deletes the manifest", next.cells);
    }
  }
}
