package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The ledger as somebody has read it: entries with the SHA-256 of their objects, and what follows
 * from them.
 *
 * @param entries the entries that could be read
 * @param hashes the SHA-256 of each entry's object
 * @param damaged objects below {@code ledger/} that are there and cannot be read
 */
record LedgerView(
    Map<ObjectId, LedgerEntry> entries, Map<ObjectId, byte[]> hashes, Set<ObjectId> damaged) {

  /** An entry that nothing names as its predecessor. */
  record Head(ObjectId id, long number) {}

  /** The same with one entry more. */
  LedgerView with(ObjectId id, LedgerEntry entry, byte[] hash) {
    Map<ObjectId, LedgerEntry> more = new HashMap<>(entries);
    more.put(id, entry);
    Map<ObjectId, byte[]> moreHashes = new HashMap<>(hashes);
    moreHashes.put(id, hash);
    return new LedgerView(more, moreHashes, damaged);
  }

  /** The heads, by id. */
  List<Head> heads() {
    Set<ObjectId> named = new HashSet<>();
    entries.values().forEach(e -> e.predecessors().forEach(p -> named.add(p.id())));
    List<Head> heads = new ArrayList<>();
    for (var e : new TreeMap<>(entries).entrySet()) {
      if (!named.contains(e.getKey())) {
        heads.add(new Head(e.getKey(), e.getValue().number()));
      }
    }
    return heads;
  }

  /** What exists, by object name. */
  SortedMap<String, LedgerEntry.Added> existing() {
    SortedMap<String, LedgerEntry.Added> existing = new TreeMap<>();
    for (LedgerEntry entry : entries.values()) {
      entry.added().forEach(a -> existing.put(a.object(), a));
    }
    existing.keySet().removeAll(removed());
    return existing;
  }

  /** What was removed, by object name: for good, whatever else is added. */
  Set<String> removed() {
    Set<String> removed = new HashSet<>();
    entries.values().forEach(entry -> removed.addAll(entry.removed()));
    return removed;
  }

  /** Entries that others name and that are not there, or are not the ones that were named. */
  Set<ObjectId> missing() {
    Set<ObjectId> missing = new HashSet<>();
    Set<ObjectId> covered = coveredBySummaries();
    for (var e : entries.entrySet()) {
      if (e.getValue().summary() || covered.contains(e.getKey())) {
        continue;
      }
      for (LedgerEntry.Predecessor p : e.getValue().predecessors()) {
        byte[] hash = hashes.get(p.id());
        if (hash == null || !Arrays.equals(hash, p.sha256())) {
          missing.add(p.id());
        }
      }
    }
    missing.removeAll(covered);
    return missing;
  }

  /** Whether another entry names it as its predecessor. */
  boolean isNamed(ObjectId id) {
    return entries.values().stream()
        .anyMatch(e -> e.predecessors().stream().anyMatch(p -> p.id().equals(id)));
  }

  /** Whether the entry is there, or a summary has taken its place. */
  boolean knows(ObjectId id) {
    return entries.containsKey(id) || coveredBySummaries().contains(id);
  }

  /** The predecessors of summaries, and everything before those that is still there. */
  private Set<ObjectId> coveredBySummaries() {
    Set<ObjectId> covered = new HashSet<>();
    List<ObjectId> open = new ArrayList<>();
    entries.values().stream()
        .filter(LedgerEntry::summary)
        .forEach(s -> s.predecessors().forEach(p -> open.add(p.id())));
    while (!open.isEmpty()) {
      ObjectId id = open.removeLast();
      if (covered.add(id) && entries.containsKey(id)) {
        entries.get(id).predecessors().forEach(p -> open.add(p.id()));
      }
    }
    return covered;
  }
}
