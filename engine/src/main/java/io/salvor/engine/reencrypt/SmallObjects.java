package io.salvor.engine.reencrypt;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes small objects anew: the same message under a new object id and a new signature, sealed to
 * the newest epoch. First the new object, then a ledger entry that adds it and removes the old one,
 * then the old one is deleted. A run that goes on after a crash finds the new object by its
 * message.
 */
final class SmallObjects {
  private static final int BATCH = 200;

  private final Repository repository;
  private final Storage storage;
  private final KeyRing keys;
  private final ObjectId newest;
  private final String author;
  private final List<SalvorException> failures;
  private final Progress progress;

  SmallObjects(
      Repository repository,
      ObjectId newest,
      String author,
      List<SalvorException> failures,
      Progress progress) {
    this.repository = repository;
    this.storage = repository.storage();
    this.keys = repository.keys();
    this.newest = newest;
    this.author = author;
    this.failures = failures;
    this.progress = progress;
  }

  /** Writes all of a kind anew that are sealed to other epochs; returns how many there were. */
  long reseal(ObjectKind kind) throws IOException, InterruptedException {
    repository.ledger().refresh();
    TreeSet<ObjectName> names = new TreeSet<>();
    storage.list(
        kind.prefix(), info -> kind.idIn(info.name()).ifPresent(id -> names.add(info.name())));
    List<ObjectName> old = new ArrayList<>();
    List<ObjectName> rest = new ArrayList<>();
    Map<ByteBuffer, Done> done = new HashMap<>();
    for (ObjectName name : names) {
      progress.checkCancelled();
      if (repository.ledger().removed().contains(name.value())) {
        storage.delete(name);
      } else if (!isNew(kind, name)) {
        old.add(name);
      } else {
        rest.add(name);
      }
    }
    for (ObjectName name : old.isEmpty() ? List.<ObjectName>of() : rest) {
      @Nullable Read read = read(kind, name);
      if (read != null) {
        done.put(read.key(), new Done(name, read.sha256()));
      }
    }
    long resealed = 0;
    for (int from = 0; from < old.size(); from += BATCH) {
      progress.checkCancelled();
      resealed += batch(kind, old.subList(from, Math.min(from + BATCH, old.size())), done);
    }
    return resealed;
  }

  /** An object of the newest epoch, by which a run is known that died before its ledger entry. */
  private record Done(ObjectName name, byte[] sha256) {}

  /** A message, and the SHA-256 of its object. */
  private record Read(byte[] message, byte[] sha256) {
    ByteBuffer key() {
      return ByteBuffer.wrap(Sha256.of(message));
    }
  }

  private boolean isNew(ObjectKind kind, ObjectName name) throws IOException {
    try {
      byte[] header = storage.get(name, 0, KeyRing.headerSize(kind));
      return KeyRing.epochOf(kind, kind.idIn(name).orElseThrow(), header).equals(newest);
    } catch (NoSuchFileException e) {
      return true;
    } catch (SalvorException e) {
      return tolerated(e);
    }
  }

  private @Nullable Read read(ObjectKind kind, ObjectName name) throws IOException {
    try {
      byte[] object = storage.get(name);
      ObjectId id = kind.idIn(name).orElseThrow();
      return new Read(keys.openSmall(kind, id, object), Sha256.of(object));
    } catch (NoSuchFileException e) {
      return null;
    } catch (SalvorException e) {
      boolean _ = tolerated(e);
      return null;
    }
  }

  /** Damage is told of and left alone. */
  private boolean tolerated(SalvorException e) {
    if (!e.code().isDamage()) {
      throw e;
    }
    failures.add(e);
    return true;
  }

  private int batch(ObjectKind kind, List<ObjectName> old, Map<ByteBuffer, Done> done)
      throws IOException, InterruptedException {
    repository.ledger().refresh();
    SortedMap<String, Added> added = new TreeMap<>();
    for (ObjectName name : old) {
      @Nullable Added line = repository.ledger().existing().get(name.value());
      // Sealed, and not acknowledged yet: its writer, or the next one, names it first.
      @Nullable Read read = line == null ? null : read(kind, name);
      if (line == null || read == null) {
        continue;
      }
      @Nullable Done there = done.get(read.key());
      Done now = there == null ? put(kind, read.message()) : there;
      byte[] hash = kind == ObjectKind.MANIFEST ? line.sha256() : now.sha256();
      added.put(name.value(), new Added(now.name().value(), hash, line.label()));
    }
    // Somebody may have adopted it already, so that the ledger has to take it away.
    Set<String> removed = new TreeSet<>(dropRemoved(added));
    removed.addAll(added.keySet());
    if (!removed.isEmpty()) {
      LedgerChange change =
          new LedgerChange(List.copyOf(added.values()), List.copyOf(removed), List.of());
      repository.ledger().append(change, repository.now(), author, repository.random());
      // Who does not find the old ones any more has to find the new ones in lists.
      repository.awaitListings();
      withdraw(added);
      for (String name : removed) {
        storage.delete(new ObjectName(name));
      }
      progress.advance(removed.size(), 0);
    }
    return removed.size();
  }

  /**
   * What was forgotten meanwhile must not come back under another name. What somebody else has
   * sealed anew meanwhile has its name already: this run's, if they took it for one of a dead run.
   */
  private Set<String> dropRemoved(SortedMap<String, Added> added) throws IOException {
    Set<String> dropped = new TreeSet<>();
    repository.ledger().refresh();
    for (String name : List.copyOf(added.keySet())) {
      if (repository.ledger().removed().contains(name)) {
        Added line = added.remove(name);
        if (line != null
            && (repository.ledger().isRemovedForGood(name, line)
                || !repository.ledger().isReplaced(name, line.object()))) {
          dropped.add(line.object());
        }
      }
    }
    return dropped;
  }

  /** Nor what was forgotten while the entry was written. */
  private void withdraw(SortedMap<String, Added> added) throws IOException {
    repository.ledger().refresh();
    List<String> forgotten = new ArrayList<>();
    added.forEach(
        (old, line) -> {
          if (repository.ledger().isRemovedForGood(old, line)) {
            forgotten.add(line.object());
          }
        });
    if (!forgotten.isEmpty()) {
      repository
          .ledger()
          .append(LedgerChange.removing(forgotten), repository.now(), author, repository.random());
      for (String name : forgotten) {
        storage.delete(new ObjectName(name));
      }
    }
  }

  private Done put(ObjectKind kind, byte[] message) throws IOException {
    ObjectId id = keys.newId();
    byte[] object = keys.sealSmall(kind, id, message);
    storage.put(kind.name(id), object);
    return new Done(kind.name(id), Sha256.of(object));
  }
}
