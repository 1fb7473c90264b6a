package io.salvor.engine.fact;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The objects below {@code facts/}, held against the ledger. */
final class FactObjects {
  private final TreeMap<ObjectName, Note> notes = new TreeMap<>();
  private final List<ObjectName> damaged = new ArrayList<>();
  private final List<LedgerEntry.Added> lost = new ArrayList<>();
  private final List<LedgerEntry.Added> unreadable = new ArrayList<>();
  private final List<LedgerEntry.Added> unnamed = new ArrayList<>();
  private final Set<ObjectName> dead = new HashSet<>();

  /** Reads them; what this machine has read before comes from its cache. */
  void read(Repository repository) throws IOException {
    Storage storage = repository.storage();
    Ledger ledger = repository.ledger();
    TreeMap<ObjectName, ObjectId> names = new TreeMap<>();
    storage.list(
        ObjectKind.FACT.prefix(),
        info -> ObjectKind.FACT.idIn(info.name()).ifPresent(id -> names.put(info.name(), id)));
    ledger.refresh();
    LocalDirectory place = repository.local().cache(repository.id().toString());
    Map<ObjectId, byte[]> known = names.isEmpty() ? Map.of() : FactCache.read(place);
    Map<ObjectId, byte[]> read = new TreeMap<>();
    for (Map.Entry<ObjectName, ObjectId> name : names.entrySet()) {
      if (ledger.removed().contains(name.getKey().value())) {
        dead.add(name.getKey());
        continue;
      }
      byte[] object = known.get(name.getValue());
      try {
        object = object == null ? storage.get(name.getKey()) : object;
      } catch (NoSuchFileException e) {
        continue;
      }
      if (take(repository, name.getKey(), name.getValue(), object)) {
        read.put(name.getValue(), object);
      }
    }
    if (!read.keySet().equals(known.keySet())) {
      FactCache.write(place, read);
    }
    lost(ledger, storage, names.keySet());
  }

  private boolean take(Repository repository, ObjectName name, ObjectId id, byte[] object) {
    try {
      Note note = FactCodec.decode(repository.keys().openSmall(ObjectKind.FACT, id, object));
      notes.put(name, note);
      if (!repository.ledger().existing().containsKey(name.value())) {
        unnamed.add(line(name, note, object));
      }
      return true;
    } catch (MalformedException e) {
      damaged.add(name);
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      damaged.add(name);
    }
    LedgerEntry.Added line = repository.ledger().existing().get(name.value());
    if (line != null) {
      unreadable.add(line);
    }
    return false;
  }

  private void lost(Ledger ledger, Storage storage, Set<ObjectName> there) throws IOException {
    for (LedgerEntry.Added line : ledger.existing().values()) {
      if (line.object().startsWith(ObjectKind.FACT.prefix())
          && !there.contains(new ObjectName(line.object()))
          && storage.find(new ObjectName(line.object())).isEmpty()) {
        lost.add(line);
      }
    }
    if (!lost.isEmpty()) {
      // Whoever has removed one has said so in the ledger before.
      ledger.refresh();
      lost.removeIf(line -> !ledger.existing().containsKey(line.object()));
    }
  }

  /** How the ledger names one. */
  static LedgerEntry.Added line(ObjectName name, Note note, byte[] object) {
    BackupId only = note.fact().only();
    String label = note.fact().word() + (only == null ? "" : " " + only.text());
    return new LedgerEntry.Added(name.value(), Sha256.of(object), label);
  }

  /** Those that count. */
  TreeMap<ObjectName, Note> notes() {
    return notes;
  }

  /** Those that are there and cannot be read. */
  List<ObjectName> damaged() {
    return damaged;
  }

  /** Those that exist by the ledger and are gone. */
  List<LedgerEntry.Added> lost() {
    return lost;
  }

  /** Those that exist by the ledger and cannot be read. */
  List<LedgerEntry.Added> unreadable() {
    return unreadable;
  }

  /** Those that count and that no entry of the ledger names. */
  List<LedgerEntry.Added> unnamed() {
    return unnamed;
  }

  /** Those that are there and that the ledger removes. */
  Set<ObjectName> dead() {
    return dead;
  }
}
