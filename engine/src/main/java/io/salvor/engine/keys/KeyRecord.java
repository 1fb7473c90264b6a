package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.storage.ObjectName;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the ledger says of the key objects. The first ones are in it from the first change on.
 *
 * @param existing by name
 * @param removed names of those that were withdrawn, for good, and of everything else that was
 *     removed
 */
record KeyRecord(SortedMap<ObjectName, LedgerEntry.Added> existing, Set<String> removed) {

  static KeyRecord of(Ledger ledger) {
    SortedMap<ObjectName, LedgerEntry.Added> existing = new TreeMap<>();
    String prefix = ObjectKind.CREDENTIAL.prefix();
    ledger.existing().tailMap(prefix).values().stream()
        .takeWhile(line -> line.object().startsWith(prefix))
        .forEach(line -> existing.put(new ObjectName(line.object()), line));
    return new KeyRecord(existing, ledger.removed());
  }

  boolean isRemoved(ObjectName name) {
    return removed.contains(name.value());
  }

  /** The epochs that it names. */
  Set<ObjectId> epochs() {
    return existing.keySet().stream()
        .flatMap(name -> ObjectKind.EPOCH.idIn(name).stream())
        .collect(Collectors.toSet());
  }

  /** Whether the ledger knows of key objects at all. */
  boolean isKept() {
    return !existing.isEmpty();
  }
}
