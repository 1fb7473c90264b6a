package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;
import io.salvor.testkit.model.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * A key holder: its first run looks whether anything is lost and makes a backup, two later runs
 * only look. It may crash at any step of the first; then the next begins, with what is remembered.
 */
final class KeyHolder {

  private enum Phase {
    LIST_LEDGER,
    LIST_MANIFESTS,
    LIST_LEDGER_AGAIN,
    SEAL,
    LIST_FOR_ADOPTION,
    LIST_HEADS,
    PUT_ENTRY,
    REMEMBER,
    ACKNOWLEDGE,
    LATER_LIST_LEDGER,
    LATER_LIST_MANIFESTS,
    LATER_LIST_LEDGER_AGAIN
  }

  private static final int PC = 0;
  private static final int LEDGER = 1;
  private static final int MANIFESTS = 2;
  private static final int BEGAN_AFTER_STRIKE = 3;
  private static final int LATER_RUNS = 4;
  private static final int LATER_RUNS_AT_MOST = 2;

  private final int holder;
  private final String name;
  private final List<Phase> program;

  KeyHolder(Set<Rule> rules, int holder) {
    this.holder = holder;
    this.name = "holder " + (holder + 1);
    List<Phase> phases = new ArrayList<>(List.of(Phase.values()));
    if (!rules.contains(Rule.LEDGER_BEFORE_ACK)) {
      phases.remove(Phase.ACKNOWLEDGE);
      phases.add(phases.indexOf(Phase.SEAL) + 1, Phase.ACKNOWLEDGE);
    }
    if (!rules.contains(Rule.LEDGER_BEFORE_REMEMBER)) {
      Collections.swap(phases, phases.indexOf(Phase.PUT_ENTRY), phases.indexOf(Phase.REMEMBER));
    }
    if (!rules.contains(Rule.REMEMBER_BEFORE_ACK)) {
      Collections.swap(phases, phases.indexOf(Phase.REMEMBER), phases.indexOf(Phase.ACKNOWLEDGE));
    }
    program = List.copyOf(phases);
  }

  boolean finished(LedgerWorld world) {
    return world.get(holder, PC) == program.size();
  }

  void expand(LedgerWorld world, Model.Steps steps) {
    if (finished(world)) {
      return;
    }
    int backup = 1 + holder;
    LedgerWorld next = world.copy();
    int ledger = world.cells[LedgerWorld.ENTRIES];
    int manifests = world.cells[LedgerWorld.MANIFESTS];
    int place = world.get(holder, PC);
    next.set(holder, PC, place + 1);
    Phase phase = program.get(place);
    switch (phase) {
      case LIST_LEDGER, LATER_LIST_LEDGER -> {
        next.set(holder, LEDGER, ledger);
        next.set(holder, BEGAN_AFTER_STRIKE, world.cells[LedgerWorld.STRUCK]);
        steps.take(name, () -> "lists the ledger: " + bits(ledger), next.cells);
      }
      case LIST_MANIFESTS, LATER_LIST_MANIFESTS -> {
        next.set(holder, MANIFESTS, manifests);
        boolean suspicious = suspicious(world, world.get(holder, LEDGER), manifests);
        if (!suspicious || !world.has(Rule.READ_LEDGER_AGAIN)) {
          conclude(next, suspicious);
        }
        String found = suspicious ? ", misses something" : ", misses nothing";
        steps.take(name, () -> "lists the manifests: " + bits(manifests) + found, next.cells);
      }
      case LIST_LEDGER_AGAIN, LATER_LIST_LEDGER_AGAIN -> {
        boolean alarm = stillMissing(world, ledger);
        conclude(next, alarm);
        steps.take(
            name,
            () -> "lists the ledger again: " + bits(ledger) + (alarm ? ", alarm" : ", all is well"),
            next.cells);
      }
      case SEAL -> {
        next.cells[LedgerWorld.MANIFESTS] |= 1 << backup;
        steps.take(name, () -> "seals manifest " + backup, next.cells);
      }
      case LIST_FOR_ADOPTION -> {
        next.set(holder, MANIFESTS, manifests);
        steps.take(name, () -> "lists the manifests: " + bits(manifests), next.cells);
      }
      case LIST_HEADS -> {
        next.set(holder, LEDGER, ledger);
        steps.take(name, () -> "lists the ledger: " + bits(ledger), next.cells);
      }
      case PUT_ENTRY -> {
        int listing = world.get(holder, LEDGER);
        int seen = listing & ~(1 << backup);
        int listed = world.get(holder, MANIFESTS) & ~world.removed(listing);
        int adopted = world.has(Rule.ADOPT_UNLISTED) ? listed & ~world.added(listing) : 0;
        next.putEntry(backup, seen, 1 << backup | adopted, listed);
        next.set(holder, MANIFESTS, 0);
        steps.take(
            name,
            () ->
                "stores entry "
                    + backup
                    + ", names "
                    + bits(next.named(backup))
                    + ", adds "
                    + bits(1 << backup | adopted),
            next.cells);
      }
      case REMEMBER -> {
        next.rememberOwn(holder, world.get(holder, LEDGER), backup);
        steps.take(name, () -> "remembers " + bits(next.remembered(holder)), next.cells);
      }
      case ACKNOWLEDGE -> {
        next.cells[LedgerWorld.ACKNOWLEDGED] |= 1 << backup;
        if (world.has(Rule.LEDGER_BEFORE_ACK)) {
          next.see(holder, world.get(holder, LEDGER) | 1 << backup);
          clear(next);
        }
        steps.take(name, () -> "acknowledges backup " + backup, next.cells);
      }
    }
    if (place > 0 && place < program.indexOf(Phase.LATER_LIST_LEDGER)) {
      LedgerWorld crashed = world.copy();
      beginLaterRun(crashed);
      steps.take(name, () -> "crashes, is started again", crashed.cells);
    }
  }

  /** Judges by what a key holder can know: its memory and two listings. */
  private boolean suspicious(LedgerWorld world, int ledger, int manifests) {
    return world.missingEntries(ledger, world.remembered(holder)) != 0
        || (world.added(ledger) & ~world.removed(ledger) & ~manifests) != 0;
  }

  private boolean stillMissing(LedgerWorld world, int ledgerAgain) {
    int ledger = world.get(holder, LEDGER);
    return world.missingEntries(ledger, world.remembered(holder)) != 0
        || (world.added(ledger)
                & ~world.removed(ledger | ledgerAgain)
                & ~world.get(holder, MANIFESTS))
            != 0;
  }

  /** Ends the looking: compares the verdict with the truth, then goes on with the run. */
  private void conclude(LedgerWorld next, boolean alarm) {
    if (alarm && next.cells[LedgerWorld.STRUCK] == 0) {
      next.cells[LedgerWorld.WRONG] = 2;
    }
    if (!alarm && next.get(holder, BEGAN_AFTER_STRIKE) == 1 && mustNotice(next)) {
      next.cells[LedgerWorld.WRONG] = 1;
    }
    if (!alarm) {
      next.remember(holder, next.get(holder, LEDGER));
      next.see(holder, next.get(holder, LEDGER));
    }
    int backupBegins = program.indexOf(Phase.SEAL);
    boolean firstRun = next.get(holder, PC) <= backupBegins;
    clear(next);
    if (firstRun && !alarm) {
      next.set(holder, PC, backupBegins);
    } else if (!alarm && next.get(holder, LATER_RUNS) + 1 < LATER_RUNS_AT_MOST) {
      next.set(holder, LATER_RUNS, next.get(holder, LATER_RUNS) + 1);
      beginLaterRun(next);
    } else {
      next.set(holder, PC, program.size());
      next.set(holder, LATER_RUNS, 0);
      next.dismiss(holder);
    }
  }

  /**
   * What a key holder must notice: the loss of whatever came before an entry that it saw in an
   * earlier run or finds now, and of what it was told to be safe.
   */
  private boolean mustNotice(LedgerWorld world) {
    int known = world.history(world.seen(holder) | world.get(holder, LEDGER));
    int safe = world.cells[LedgerWorld.ACKNOWLEDGED] & 1 << (1 + holder);
    // What a summary repeats is no loss.
    int needed = ~world.summed(world.cells[LedgerWorld.ENTRIES]);
    return (world.cells[LedgerWorld.LOST_ENTRIES] & known & needed) != 0
        || (world.cells[LedgerWorld.LOST_MANIFESTS]
                & ~world.cells[LedgerWorld.REMOVED]
                & (world.covered(known) | safe))
            != 0;
  }

  private void beginLaterRun(LedgerWorld next) {
    clear(next);
    next.set(holder, PC, program.indexOf(Phase.LATER_LIST_LEDGER));
  }

  private void clear(LedgerWorld next) {
    next.set(holder, LEDGER, 0);
    next.set(holder, MANIFESTS, 0);
    next.set(holder, BEGAN_AFTER_STRIKE, 0);
  }

  static String bits(int mask) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < Integer.SIZE; i++) {
      if ((mask >> i & 1) != 0) {
        text.append(text.length() > 1 ? "," : "").append(i);
      }
    }
    return text.append(']').toString();
  }
}
