package io.salvor.engine.copy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.ledger.LedgerEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An order in which entries of a ledger can be written so that at no moment one of them names
 * another that seems lost: what it names comes before it, or a summary that covers that.
 */
final class EntryOrder {
  private EntryOrder() {}

  static List<ObjectId> of(Map<ObjectId, LedgerEntry> entries) {
    List<ObjectId> waiting = new ArrayList<>(entries.keySet());
    waiting.sort(
        Comparator.comparing((ObjectId id) -> number(entries, id))
            .thenComparing(Comparator.naturalOrder()));
    // Whatever is not to be written is there already, or is missed with good reason.
    Set<ObjectId> missed = new HashSet<>(waiting);
    entries.values().forEach(entry -> missed.addAll(entry.covered()));
    List<ObjectId> order = new ArrayList<>();
    while (!waiting.isEmpty()) {
      ObjectId next =
          waiting.stream()
              .filter(id -> isReady(id, entries.get(id), missed))
              .findFirst()
              .orElse(waiting.getFirst());
      waiting.remove(next);
      order.add(next);
      missed.remove(next);
      missed.removeAll(covered(entries, next));
    }
    return order;
  }

  private static boolean isReady(ObjectId id, @Nullable LedgerEntry entry, Set<ObjectId> missed) {
    return entry != null
        && entry.predecessors().stream()
            .map(LedgerEntry.Predecessor::id)
            .noneMatch(p -> missed.contains(p) && !p.equals(id) && !entry.covered().contains(p));
  }

  private static long number(Map<ObjectId, LedgerEntry> entries, ObjectId id) {
    LedgerEntry entry = entries.get(id);
    return entry == null ? 0 : entry.number();
  }

  private static Set<ObjectId> covered(Map<ObjectId, LedgerEntry> entries, ObjectId id) {
    LedgerEntry entry = entries.get(id);
    return entry == null ? Set.of() : entry.covered();
  }
}
