package io.salvor.engine.ledger;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a ledger, as few as it takes. For one thread at a time. */
final class LedgerReader {
  private final Storage storage;
  private final KeyRing keys;
  private Set<ObjectId> listed = Set.of();
  private Map<ObjectId, byte[]> supposed = Map.of();

  LedgerReader(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  /** Takes these objects for entries that are there, in the place of what is. */
  void suppose(Map<ObjectId, byte[]> objects) {
    supposed = Map.copyOf(objects);
  }

  /** The entries that the last list has shown, covered ones too. */
  Set<ObjectId> listed() {
    return listed;
  }

  /**
   * Reads what nothing covers.
   *
   * @param before what was read before; of that, what is still listed is not read again
   * @param remembered heads that are asked for by their names, listed or not
   */
  LedgerView read(LedgerView before, List<LedgerMemory.Seen> remembered) throws IOException {
    Map<ObjectId, Long> sizes = new HashMap<>();
    storage.list(
        ObjectKind.LEDGER_ENTRY.prefix(),
        info ->
            ObjectKind.LEDGER_ENTRY.idIn(info.name()).ifPresent(id -> sizes.put(id, info.size())));
    supposed.forEach((id, object) -> sizes.put(id, (long) object.length));
    listed = sizes.keySet();
    // Summaries are large, and spare what they cover: so the largest come first.
    PriorityQueue<ObjectId> open =
        new PriorityQueue<>(
            Comparator.comparingLong((ObjectId id) -> -sizes.getOrDefault(id, 0L))
                .thenComparing(Comparator.naturalOrder()));
    open.addAll(listed);
    remembered.forEach(seen -> open.add(seen.id()));
    Map<ObjectId, LedgerView.Read> entries = new HashMap<>();
    Set<ObjectId> damaged = new HashSet<>();
    Set<ObjectId> done = new HashSet<>();
    while (!open.isEmpty()) {
      ObjectId id = open.remove();
      if (!done.add(id)) {
        continue;
      }
      LedgerView.Read known = listed.contains(id) ? before.entries().get(id) : null;
      LedgerView.Read read = known == null ? get(id, damaged) : known;
      if (read != null) {
        entries.put(id, read);
        done.addAll(read.entry().covered());
        read.entry().predecessors().forEach(p -> open.add(p.id()));
      }
    }
    boolean same =
        entries.keySet().equals(before.entries().keySet()) && damaged.equals(before.damaged());
    return same ? before : new LedgerView(entries, damaged);
  }

  /** Reads one entry; null if it is not there or is damaged. */
  private LedgerView.@Nullable Read get(ObjectId id, Set<ObjectId> damaged) throws IOException {
    try {
      byte[] instead = supposed.get(id);
      byte[] object =
          instead == null ? storage.get(ObjectKind.LEDGER_ENTRY.name(id)) : instead.clone();
      byte[] message = keys.openSmall(ObjectKind.LEDGER_ENTRY, id, object);
      LedgerEntry entry = LedgerEntry.decode(message);
      Optional<KeyRing.Writer> writer = keys.writerOf(id);
      if (writer.isPresent()) {
        requireWithinLimits(entry, id);
      }
      return new LedgerView.Read(
          entry, Sha256.of(object), writer.map(w -> ObjectKind.WRITER.name(w.id()).value()));
    } catch (NoSuchFileException e) {
      // Lost, or in a summary: which of them, the view tells.
      return null;
    } catch (MalformedException e) {
      damaged.add(id);
      return null;
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      damaged.add(id);
      return null;
    }
  }

  /** A write-only client adds its own backups, and nothing else. */
  private static void requireWithinLimits(LedgerEntry entry, ObjectId id) {
    boolean own =
        entry.added().stream()
            .map(line -> ObjectKind.MANIFEST.idIn(new ObjectName(line.object())))
            .allMatch(object -> object.isPresent() && object.get().high() == id.high());
    LedgerChange rest =
        new LedgerChange(List.of(), entry.removed(), entry.closures(), entry.givenUp());
    if (!own || entry.summary() || !rest.equals(LedgerChange.adding(List.of()))) {
      throw new MalformedException("an entry of a write-only client that goes beyond its limits");
    }
  }
}
