package io.salvor.engine.repair;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ledger entries that a copy can put back. What else is missed goes by the ledger as it
 * will be then: a summary that is damaged no longer says what was removed, and all of that would
 * look lost.
 */
final class LedgerMending {
  private final Repository repository;
  private final Repository copy;
  private final Other other;
  private final Map<ObjectId, byte[]> found = new TreeMap<>();

  private LedgerMending(Repository repository, Repository copy, Other other) {
    this.repository = repository;
    this.copy = copy;
    this.other = other;
  }

  /** The objects by their ids; empty without a copy. */
  static Map<ObjectId, byte[]> find(Repository repository, @Nullable Repository copy, Other other)
      throws IOException {
    return copy == null ? Map.of() : new LedgerMending(repository, copy, other).find();
  }

  private Map<ObjectId, byte[]> find() throws IOException {
    try {
      while (more()) {
        repository.ledger().suppose(found);
      }
      return Map.copyOf(found);
    } finally {
      repository.ledger().suppose(Map.of());
    }
  }

  /** Whether something was found that was not known before. */
  private boolean more() throws IOException {
    int before = found.size();
    Set<ObjectId> missed = new TreeSet<>();
    for (LedgerIssue issue : repository.ledger().issues()) {
      ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(issue.object()).orElseThrow();
      byte[] object = found.containsKey(id) ? null : other.object(issue.object()).orElse(null);
      if (object != null) {
        found.put(id, object);
      } else {
        missed.add(id);
      }
    }
    if (!missed.isEmpty()) {
      summaries(missed);
    }
    return found.size() > before;
  }

  /**
   * A summary of the copy's that covers what is missed was here if it takes nothing away that is:
   * one that the copy has made of its own may.
   */
  private void summaries(Set<ObjectId> missed) throws IOException {
    Set<ObjectName> there = new TreeSet<>();
    copy.storage().list(ObjectKind.LEDGER_ENTRY.prefix(), info -> there.add(info.name()));
    for (ObjectName name : there) {
      ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElse(null);
      if (id == null || found.containsKey(id) || repository.ledger().knows(id)) {
        continue;
      }
      byte[] object = other.object(name).orElse(null);
      LedgerEntry entry = object == null ? null : decode(id, object);
      if (entry != null
          && entry.covered().stream().anyMatch(missed::contains)
          && !takesAway(entry)) {
        found.put(id, object);
      }
    }
  }

  private @Nullable LedgerEntry decode(ObjectId id, byte[] object) {
    try {
      return LedgerEntry.decode(copy.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object));
    } catch (MalformedException e) {
      return null;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return null;
    }
  }

  private boolean takesAway(LedgerEntry entry) throws IOException {
    Set<String> gone = new HashSet<>(repository.ledger().removed());
    for (String object : entry.removed()) {
      if (!gone.contains(object) && repository.storage().find(new ObjectName(object)).isPresent()) {
        return true;
      }
    }
    return false;
  }
}
