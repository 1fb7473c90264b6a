package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ledger as somebody has read it, without what is covered, and what follows from it. */
final class LedgerView {
  static final LedgerView EMPTY = new LedgerView(Map.of(), Set.of());

  /**
   * An entry, and the SHA-256 of its object.
   *
   * @param writer the admission of the write-only client that it is of; empty if the authority's
   */
  record Read(LedgerEntry entry, byte[] sha256, Optional<String> writer) {
    /** One of the authority's. */
    Read(LedgerEntry entry, byte[] sha256) {
      this(entry, sha256, Optional.empty());
    }
  }

  private final TreeMap<ObjectId, Read> entries = new TreeMap<>();
  private final Set<ObjectId> damaged = new HashSet<>();
  private final Set<ObjectId> covered = new HashSet<>();
  private final Set<ObjectId> givenUp = new HashSet<>();
  private final Map<ObjectId, byte[]> named = new HashMap<>();
  private final SortedMap<String, LedgerEntry.Added> existing = new TreeMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<ObjectId, Set<ObjectId>> closures = new HashMap<>();

  /**
   * @param read the entries that could be read
   * @param unreadable objects below {@code ledger/} that are there and cannot be read
   */
  LedgerView(Map<ObjectId, Read> read, Set<ObjectId> unreadable) {
    read.values().forEach(r -> covered.addAll(r.entry.covered()));
    entries.putAll(read);
    entries.keySet().removeAll(covered);
    damaged.addAll(unreadable);
    damaged.removeAll(covered);
    entries.values().forEach(r -> givenUp.addAll(r.entry.givenUp()));
    damaged.removeAll(givenUp);
    for (Read r : entries.values()) {
      r.entry.predecessors().forEach(p -> named.put(p.id(), p.sha256()));
      removed.addAll(r.entry.removed());
      r.entry.closures().forEach(this::close);
    }
    for (Read r : entries.values()) {
      // What a withdrawn writer has added counts if the authority has named it since.
      if (r.writer.filter(removed::contains).isEmpty()) {
        r.entry.added().forEach(a -> existing.put(a.object(), a));
      }
    }
    existing.keySet().removeAll(removed);
  }

  private void close(Closure closure) {
    closures.merge(
        closure.session(),
        closure.accepted(),
        (one, other) -> {
          Set<ObjectId> both = new HashSet<>(one);
          both.retainAll(other);
          return Set.copyOf(both);
        });
  }

  /** The same with one entry more. */
  LedgerView with(ObjectId id, Read read) {
    Map<ObjectId, Read> more = new HashMap<>(entries);
    more.put(id, read);
    return new LedgerView(more, damaged);
  }

  /** The entries that no other covers. */
  SortedMap<ObjectId, Read> entries() {
    return Collections.unmodifiableSortedMap(entries);
  }

  /** Objects that are there, cannot be read, and are needed. */
  Set<ObjectId> damaged() {
    return Collections.unmodifiableSet(damaged);
  }

  /** The entries that nothing names as its predecessor, by id. */
  SortedMap<ObjectId, Read> heads() {
    SortedMap<ObjectId, Read> heads = new TreeMap<>(entries);
    heads.keySet().removeAll(named.keySet());
    return heads;
  }

  /** What exists, by object name. */
  SortedMap<String, LedgerEntry.Added> existing() {
    return Collections.unmodifiableSortedMap(existing);
  }

  /** What was removed, by object name: for good, whatever else is added. */
  Set<String> removed() {
    return Collections.unmodifiableSet(removed);
  }

  /** What all closures of a session accept, by session. */
  Map<ObjectId, Set<ObjectId>> closures() {
    return Collections.unmodifiableMap(closures);
  }

  /** Entries that others name and that are not there, or are not the ones that were named. */
  List<LedgerEntry.Predecessor> missing() {
    List<LedgerEntry.Predecessor> missing = new ArrayList<>();
    Set<ObjectId> found = new HashSet<>();
    for (Read read : entries.values()) {
      for (LedgerEntry.Predecessor p : read.entry.predecessors()) {
        Read there = entries.get(p.id());
        boolean same = there != null && Arrays.equals(there.sha256, p.sha256());
        boolean missed = !same && !covered.contains(p.id()) && !givenUp.contains(p.id());
        if (missed && found.add(p.id())) {
          missing.add(p);
        }
      }
    }
    return missing;
  }

  /** Whether another entry names it as its predecessor. */
  boolean isNamed(ObjectId id) {
    return named.containsKey(id);
  }

  /** Whether the entry is there, or another one covers it or has given it up. */
  boolean knows(ObjectId id) {
    return entries.containsKey(id) || isSpared(id);
  }

  /** Whether another entry repeats all that it says, or says that its loss was accepted. */
  boolean isSpared(ObjectId id) {
    return covered.contains(id) || (givenUp.contains(id) && !entries.containsKey(id));
  }

  /** Whether its loss was accepted. */
  boolean isGivenUp(ObjectId id) {
    return givenUp.contains(id);
  }
}
