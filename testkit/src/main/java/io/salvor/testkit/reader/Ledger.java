package io.salvor.testkit.reader;

import io.salvor.testkit.reader.LedgerEntry.Added;
import io.salvor.testkit.reader.LedgerEntry.Closure;
import io.salvor.testkit.reader.Objects.Form;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What exists, by all entries of the ledger together (§12). */
final class Ledger {
  private final Map<Id, LedgerEntry> entries = new TreeMap<>();
  private final Map<String, Added> added = new TreeMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<Id, Set<Id>> closed = new HashMap<>();

  static Ledger read(Objects objects, SmallObjects small, Findings findings) throws IOException {
    Ledger ledger = new Ledger();
    Map<String, DamageException> unreadable = new TreeMap<>();
    for (String name : objects.list(Form.LEDGER)) {
      ledger.entry(name, small, unreadable);
    }
    Set<Id> covered = new HashSet<>();
    ledger.entries.values().forEach(entry -> covered.addAll(entry.covered()));
    // What is there counts all the same: from here on this says only what is not missed.
    ledger.entries.values().forEach(entry -> covered.addAll(entry.givenUp()));
    unreadable.forEach(
        (name, damage) -> {
          if (!covered.contains(Objects.id(name))) {
            findings.add(damage.in(name));
          }
        });
    for (LedgerEntry entry : ledger.entries.values()) {
      ledger.checkChain(entry, covered, unreadable.keySet(), findings);
      entry.added().forEach(a -> ledger.added.putIfAbsent(a.name(), a));
      ledger.removed.addAll(entry.removed());
      entry.closures().forEach(ledger::close);
    }
    ledger.added.keySet().removeAll(ledger.removed);
    return ledger;
  }

  private void entry(String name, SmallObjects small, Map<String, DamageException> unreadable)
      throws IOException {
    try {
      entries.put(Objects.id(name), LedgerEntry.parse(small.open(name, 80)));
    } catch (DamageException e) {
      unreadable.put(name, e);
    } catch (NoSuchFileException e) {
      unreadable.put(name, new DamageException("it was listed, and is gone"));
    }
  }

  /** Each predecessor is there, and what was named, or covered. */
  private void checkChain(
      LedgerEntry entry, Set<Id> covered, Set<String> unreadable, Findings findings) {
    long greatest = 0;
    boolean complete = true;
    for (LedgerEntry.Named named : entry.predecessors()) {
      LedgerEntry before = entries.get(named.id());
      if (before != null) {
        greatest = Math.max(greatest, before.number());
        if (!before.hash().equals(named.hash())) {
          findings.add("ledger/" + named.id() + ": it is not what entry " + entry.id() + " names");
        }
      } else {
        complete = false;
        if (!covered.contains(named.id()) && !unreadable.contains("ledger/" + named.id())) {
          findings.add("ledger/" + named.id() + ": it is lost; entry " + entry.id() + " names it");
        }
      }
    }
    if (complete ? entry.number() != greatest + 1 : entry.number() <= greatest) {
      findings.add("ledger/" + entry.id() + ": its number is wrong");
    }
  }

  /** What not every closure accepts is void. */
  private void close(Closure closure) {
    closed.merge(
        closure.session(),
        closure.accepted(),
        (a, b) -> {
          Set<Id> both = new HashSet<>(a);
          both.retainAll(b);
          return both;
        });
  }

  /** What exists: added and not removed, by name. */
  Map<String, Added> existing() {
    return added;
  }

  boolean isRemoved(String name) {
    return removed.contains(name);
  }

  boolean isClosed(Id session) {
    return closed.containsKey(session);
  }

  boolean isVoid(Id manifest, Id session) {
    Set<Id> accepted = closed.get(session);
    return accepted != null && !accepted.contains(manifest);
  }
}
