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
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
    Ledger ledger = repository.ledger();
    Set<ObjectName> listed = new TreeSet<>();
    repository
        .storage()
        .list(
            ObjectKind.FACT.prefix(),
            info -> ObjectKind.FACT.idIn(info.name()).ifPresent(id -> listed.add(info.name())));
    ledger.refresh();
    LocalDirectory place = repository.local().cache(repository.id().toString());
    Map<ObjectId, byte[]> known = listed.isEmpty() ? Map.of() : FactCache.read(place);
    Map<ObjectId, byte[]> read = new TreeMap<>();
    boolean vanished = false;
    for (ObjectName name : listed) {
      vanished |= !read(repository, name, known, read);
    }
    Set<ObjectName> seen = new TreeSet<>(listed);
    for (Set<ObjectName> next = named(ledger, seen, vanished); !next.isEmpty(); ) {
      seen.addAll(next);
      vanished = false;
      for (ObjectName name : next) {
        vanished |= !read(repository, name, Map.of(), read);
      }
      next = named(ledger, seen, vanished);
    }
    if (!read.keySet().equals(known.keySet())) {
      FactCache.write(place, read);
    }
    lost(ledger);
  }

  /**
   * What the ledger names and nobody has looked at: a list that lags does not show it yet, or it
   * was written anew, under this name, while the old one was read.
   */
  private static Set<ObjectName> named(Ledger ledger, Set<ObjectName> seen, boolean again)
      throws IOException {
    if (again) {
      ledger.refresh();
    }
    Set<ObjectName> names = new TreeSet<>();
    for (String object : ledger.existing().keySet()) {
      if (object.startsWith(ObjectKind.FACT.prefix())) {
        names.add(new ObjectName(object));
      }
    }
    names.removeAll(seen);
    return names;
  }

  /** Tells whether it is there. */
  private boolean read(
      Repository repository,
      ObjectName name,
      Map<ObjectId, byte[]> known,
      Map<ObjectId, byte[]> into)
      throws IOException {
    if (repository.ledger().removed().contains(name.value())) {
      dead.add(name);
      return true;
    }
    ObjectId id = ObjectKind.FACT.idIn(name).orElseThrow();
    byte[] object = known.get(id);
    try {
      object = object == null ? repository.storage().get(name) : object;
    } catch (NoSuchFileException e) {
      return false;
    }
    if (take(repository, name, id, object)) {
      into.put(id, object);
    }
    return true;
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

  private void lost(Ledger ledger) throws IOException {
    for (LedgerEntry.Added line : ledger.existing().values()) {
      if (line.object().startsWith(ObjectKind.FACT.prefix())
          && !notes.containsKey(new ObjectName(line.object()))
          && !damaged.contains(new ObjectName(line.object()))) {
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
