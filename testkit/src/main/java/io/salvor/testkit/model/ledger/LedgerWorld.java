package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Rule;
import java.util.Set;

/**
 * One state: manifests and ledger entries in the storage, what truly happened, what each key holder
 * remembers outside the storage, and each actor's registers. Sets of numbers are bit masks.
 *
 * <p>Backup 0 and entry 0, which adds it, were there before. Key holder {@code h} makes backup and
 * entry {@code 1 + h}; the remover makes entry 3, who sum up entries 4 and 5. A listing of the
 * ledger is read as it is made, without what a listed summary covers.
 */
final class LedgerWorld {
  static final int HOLDERS = 2;
  static final int MANIFEST_COUNT = 1 + HOLDERS;
  static final int REMOVAL = 1 + HOLDERS;
  static final int SUMMARY = REMOVAL + 1;
  static final int SUMMARIES = 2;
  static final int ENTRY_COUNT = SUMMARY + SUMMARIES;
  static final int REGISTERS = 6;

  /** Manifests in the storage. */
  static final int MANIFESTS = 0;

  /** Entries in the storage. */
  static final int ENTRIES = 1;

  /** What the removal removes. */
  static final int REMOVED = 2;

  // Not in the storage.

  /** Whether the adversary has struck. */
  static final int STRUCK = 3;

  /** Manifests and entries that it took and nobody wanted removed. */
  static final int LOST_MANIFESTS = 4;

  static final int LOST_ENTRIES = 5;

  /** Backups that were acknowledged to their author. */
  static final int ACKNOWLEDGED = 6;

  /** What went wrong in the step before: 0 nothing, 1 a loss not noticed, 2 a false alarm. */
  static final int WRONG = 7;

  /** The entries that each summary covers. */
  private static final int SUMMED = 8;

  private static final int NAMED = SUMMED + SUMMARIES;
  private static final int SEEN_BY_AUTHOR = NAMED + ENTRY_COUNT;
  private static final int ADDS = SEEN_BY_AUTHOR + ENTRY_COUNT;
  private static final int COVERS = ADDS + ENTRY_COUNT;
  private static final int REMEMBERED = COVERS + ENTRY_COUNT;
  private static final int SEEN = REMEMBERED + HOLDERS;
  private static final int REGISTER = SEEN + HOLDERS;

  final Set<Rule> rules;
  final int[] cells;

  LedgerWorld(Set<Rule> rules, int[] cells) {
    this.rules = rules;
    this.cells = cells;
  }

  static LedgerWorld first(Set<Rule> rules) {
    LedgerWorld world =
        new LedgerWorld(rules, new int[REGISTER + (HOLDERS + 1 + SUMMARIES) * REGISTERS]);
    world.cells[MANIFESTS] = 1;
    world.cells[ENTRIES] = 1;
    world.cells[ACKNOWLEDGED] = 1;
    world.cells[ADDS] = 1;
    world.cells[COVERS] = 1;
    return world;
  }

  LedgerWorld copy() {
    return new LedgerWorld(rules, cells.clone());
  }

  boolean has(Rule rule) {
    return rules.contains(rule);
  }

  /**
   * Stores an entry.
   *
   * @param seen the entries that its author has listed
   * @param listed the manifests that its author has listed, which the entry therefore covers
   */
  void putEntry(int entry, int seen, int adds, int listed) {
    cells[ENTRIES] |= 1 << entry;
    cells[NAMED + entry] = has(Rule.LEDGER_NAMES_PREDECESSORS) ? heads(seen) : 0;
    cells[SEEN_BY_AUTHOR + entry] = seen;
    cells[ADDS + entry] = adds;
    cells[COVERS + entry] = adds | listed;
  }

  /** Stores a summary of these entries. */
  void putSummary(int number, int listed) {
    int named = heads(listed);
    if (has(Rule.SUMMARY_NAMES_WHAT_IS_MISSING)) {
      named |= names(current(listed)) & ~listed & ~summed(listed);
    }
    int added = added(listed) & ~removed(listed);
    int covered = has(Rule.SUMMARY_COVERS_WHAT_IT_READ) ? listed : cells[ENTRIES];
    if (has(Rule.SUMMARY_REPEATS_WHAT_WAS_COVERED)) {
      covered |= summed(listed);
    }
    cells[SUMMED + number] = covered;
    putEntry(SUMMARY + number, listed, added, added);
    cells[NAMED + SUMMARY + number] = named;
  }

  /** The entries that a summary covers. */
  int coveredBy(int number) {
    return cells[SUMMED + number];
  }

  /** What summaries among these entries cover. */
  int summed(int entries) {
    int summed = 0;
    for (int number = 0; number < SUMMARIES; number++) {
      summed |= (entries >> (SUMMARY + number) & 1) != 0 ? cells[SUMMED + number] : 0;
    }
    return summed;
  }

  /** These entries without those that a summary among them covers. */
  private int current(int entries) {
    return entries & ~summed(entries);
  }

  private int names(int entries) {
    int named = 0;
    for (int rest = entries; rest != 0; rest &= rest - 1) {
      named |= cells[NAMED + Integer.numberOfTrailingZeros(rest)];
    }
    return named;
  }

  /** The entries that this one names as its predecessors. */
  int named(int entry) {
    return cells[NAMED + entry];
  }

  /** The entries among these that none of these names. */
  int heads(int entries) {
    int current = current(entries);
    return current & ~names(current);
  }

  /** The entries that these or a memory name and that are not among them. */
  int missingEntries(int entries, int memory) {
    int named = names(current(entries));
    return (has(Rule.NOTICE_MISSING_PREDECESSORS) ? memory | named : memory & ~named)
        & ~entries
        & ~summed(entries);
  }

  int added(int entries) {
    int added = 0;
    for (int rest = current(entries); rest != 0; rest &= rest - 1) {
      added |= cells[ADDS + Integer.numberOfTrailingZeros(rest)];
    }
    return added;
  }

  /** What the ledger says to be gone, as far as these entries tell. */
  int removed(int entries) {
    int telling = has(Rule.SUMMARY_REPEATS_REMOVALS) ? entries | summed(entries) : current(entries);
    if ((telling >> REMOVAL & 1) == 0) {
      return 0;
    }
    int removed = cells[REMOVED];
    if (!has(Rule.REMOVAL_IS_FINAL)) {
      // An entry that did not know of the removal, and that it did not know of, adds it again.
      int before = cells[SEEN_BY_AUTHOR + REMOVAL];
      removed &= ~added(entries & ~before & ~(1 << REMOVAL));
    }
    return removed;
  }

  /** What truly came before these entries, themselves included: all that their authors had seen. */
  int history(int entries) {
    int all = entries;
    for (int entry = ENTRY_COUNT - 1; entry >= 0; entry--) {
      for (int e = 0; e < ENTRY_COUNT; e++) {
        all |= (all >> e & 1) != 0 ? cells[SEEN_BY_AUTHOR + e] : 0;
      }
    }
    return all;
  }

  int covered(int entries) {
    int covered = 0;
    for (int rest = entries; rest != 0; rest &= rest - 1) {
      covered |= cells[COVERS + Integer.numberOfTrailingZeros(rest)];
    }
    return covered;
  }

  int remembered(int holder) {
    return cells[REMEMBERED + holder];
  }

  void remember(int holder, int entries) {
    if (!has(Rule.REMEMBER_LAST_LEDGER)) {
      return;
    }
    int heads = heads(entries);
    cells[REMEMBERED + holder] =
        has(Rule.REMEMBER_ALL_HEADS) ? heads : Integer.highestOneBit(heads);
  }

  /** Remembers an entry of its own, in place of what the entry names. */
  void rememberOwn(int holder, int listed, int entry) {
    int before = remembered(holder);
    int own = has(Rule.LEDGER_NAMES_PREDECESSORS) ? 1 << entry : listed | 1 << entry;
    remember(holder, has(Rule.REMEMBER_OWN_ENTRY) ? own : cells[ENTRIES]);
    if (has(Rule.MEMORY_KEEPS_WHAT_IS_GONE)) {
      cells[REMEMBERED + holder] |= before & ~listed & ~summed(listed);
    }
  }

  int seen(int holder) {
    return cells[SEEN + holder];
  }

  void see(int holder, int entries) {
    cells[SEEN + holder] |= entries;
  }

  /** Clears what no longer matters, so that states which differ in nothing else are one. */
  void dismiss(int holder) {
    cells[REMEMBERED + holder] = 0;
    cells[SEEN + holder] = 0;
    cells[ACKNOWLEDGED] &= ~(1 << (1 + holder));
  }

  int get(int actor, int register) {
    return cells[REGISTER + actor * REGISTERS + register];
  }

  void set(int actor, int register, int value) {
    cells[REGISTER + actor * REGISTERS + register] = value;
  }
}
