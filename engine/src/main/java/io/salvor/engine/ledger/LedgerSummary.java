package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the next summary says: the words of many entries in one. Small summaries are taken into it,
 * large ones are left, as in a merge tree, so that each line is written again about log₂ n times,
 * and opening reads some 256 entries and about log₂ n summaries.
 *
 * @param covered entries whose words it repeats, and what these cover; none if it is too early
 * @param spare those of them that another summary repeats, too: one lost object is no loss
 */
record LedgerSummary(LedgerChange change, Set<ObjectId> covered, Set<ObjectId> spare) {
  /** So many entries may come before they are summed up. */
  static final int MOST_ENTRIES = 256;

  /** An object has at most 32 MiB. */
  private static final long MOST_BYTES = 24L << 20;

  private static final LedgerSummary NONE =
      new LedgerSummary(LedgerChange.adding(List.of()), Set.of(), Set.of());

  static LedgerSummary of(LedgerView view) {
    List<Map.Entry<ObjectId, LedgerView.Read>> plain = new ArrayList<>();
    List<Map.Entry<ObjectId, LedgerView.Read>> summaries = new ArrayList<>();
    view.entries()
        .entrySet()
        .forEach(e -> (e.getValue().entry().summary() ? summaries : plain).add(e));
    if (plain.size() <= MOST_ENTRIES) {
      return NONE;
    }
    Comparator<Map.Entry<ObjectId, LedgerView.Read>> bySize =
        Comparator.comparingLong(e -> size(e.getValue().entry()));
    plain.sort(bySize);
    summaries.sort(bySize);
    List<Map.Entry<ObjectId, LedgerView.Read>> chosen = new ArrayList<>();
    long size = 0;
    for (var e : plain) {
      long more = size(e.getValue().entry());
      if (size + more <= MOST_BYTES) {
        chosen.add(e);
        size += more;
      }
    }
    if (chosen.size() <= 1) {
      return NONE;
    }
    for (var e : summaries) {
      long more = size(e.getValue().entry());
      if (more > size || size + more > MOST_BYTES) {
        break;
      }
      chosen.add(e);
      size += more;
    }
    return merge(chosen, view.removed());
  }

  private static LedgerSummary merge(
      List<Map.Entry<ObjectId, LedgerView.Read>> chosen, Set<String> gone) {
    TreeMap<String, LedgerEntry.Added> added = new TreeMap<>();
    Set<String> removed = new LinkedHashSet<>();
    Set<Closure> closures = new LinkedHashSet<>();
    Set<ObjectId> covered = new HashSet<>();
    Set<ObjectId> spare = new HashSet<>();
    Set<ObjectId> givenUp = new HashSet<>();
    for (var e : chosen) {
      LedgerEntry entry = e.getValue().entry();
      // What a withdrawn writer has added counts for nobody, and must not by being repeated.
      if (e.getValue().writer().filter(gone::contains).isEmpty()) {
        entry.added().forEach(a -> added.put(a.object(), a));
      }
      removed.addAll(entry.removed());
      closures.addAll(entry.closures());
      givenUp.addAll(entry.givenUp());
      covered.add(e.getKey());
      covered.addAll(entry.covered());
      spare.addAll(entry.covered());
    }
    // For good, whoever has removed it.
    added.keySet().removeAll(gone);
    LedgerChange change =
        new LedgerChange(
            List.copyOf(added.values()), List.copyOf(removed), List.copyOf(closures), givenUp);
    return new LedgerSummary(change, covered, spare);
  }

  /** About how many bytes its words take in a message. */
  private static long size(LedgerEntry entry) {
    long size = 64L + 17L * entry.covered().size() + 17L * entry.givenUp().size();
    for (LedgerEntry.Added a : entry.added()) {
      size += 44L + a.object().length() + a.label().length();
    }
    for (String name : entry.removed()) {
      size += 4L + name.length();
    }
    for (Closure closure : entry.closures()) {
      size += 24L + 17L * closure.accepted().size();
    }
    return size;
  }
}
