package io.salvor.engine.protocol;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.Listings;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The condemnations of a repository as they were read last; each is read once. For one thread at a
 * time.
 */
public final class Condemnations {
  private static final int MOST_ATTEMPTS = 10;

  private final Storage storage;
  private final KeyRing keys;
  private final Map<ObjectId, Condemnation> known = new HashMap<>();
  private Set<ObjectName> damaged = Set.of();

  public Condemnations(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  /**
   * Reads those that have come since. What was known and is gone has been merged into another one,
   * and stays.
   *
   * @throws SalvorException FORMAT_NEWER if a newer version has written one
   */
  public void refresh() throws IOException {
    for (int attempt = 1; ; attempt++) {
      boolean vanished = false;
      Set<ObjectName> unreadable = new TreeSet<>();
      for (ObjectName name : Listings.names(storage, ObjectKind.CONDEMNATION.prefix())) {
        ObjectId id = ObjectKind.CONDEMNATION.idIn(name).orElse(null);
        if (id != null && !known.containsKey(id)) {
          vanished |= !read(id, name, unreadable);
        }
      }
      damaged = unreadable;
      if (!vanished || attempt == MOST_ATTEMPTS) {
        return;
      }
    }
  }

  /** Whether it was there. */
  private boolean read(ObjectId id, ObjectName name, Set<ObjectName> unreadable)
      throws IOException {
    try {
      byte[] message = keys.openSmall(ObjectKind.CONDEMNATION, id, storage.get(name));
      Condemnation condemnation = Condemnation.decode(message);
      if (!condemnation.id().equals(id)) {
        throw new MalformedException("a condemnation under another one's name");
      }
      known.put(id, condemnation);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (MalformedException e) {
      unreadable.add(name);
      return true;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      unreadable.add(name);
      return true;
    }
  }

  /** Takes in one that this process has written. */
  public void add(Condemnation condemnation) {
    known.put(condemnation.id(), condemnation);
  }

  /** All that are known. */
  public List<Condemnation> all() {
    return known.values().stream().sorted((x, y) -> x.id().compareTo(y.id())).toList();
  }

  /** The packs that they name together. */
  public Set<ObjectId> packs() {
    Set<ObjectId> packs = new HashSet<>();
    known.values().forEach(condemnation -> packs.addAll(condemnation.packs()));
    return packs;
  }

  /** Condemnations that are there and cannot be read: any pack may be among theirs. */
  public Set<ObjectName> damaged() {
    return damaged;
  }

  /**
   * Stops where not all of them can be read.
   *
   * @throws SalvorException OBJECT_DAMAGED
   */
  public void requireAllReadable() {
    for (ObjectName name : damaged) {
      throw new SalvorException(
          ErrorCode.OBJECT_DAMAGED,
          "the condemnation " + name + " cannot be read",
          "a prune was cut off while it wrote it, or it was damaged since",
          "put it back from a copy; without one, remove it while no prune is at work");
    }
  }
}
