package io.salvor.engine.repair;

import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.Transfer;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a repository needs to be opened: the object {@code salvor} and key objects, which are plain
 * and never change. Those that are damaged or gone are put back from a copy; those that the ledger
 * of either side has removed are not, for a withdrawn credential must not return.
 */
public final class KeyMending {
  private KeyMending() {}

  /**
   * Compares with a copy.
   *
   * @return objects to put back, with their bytes; {@code salvor} is the last one, if it is among
   *     them
   * @throws SalvorException NOT_A_COPY if another repository is there
   */
  public static SortedMap<ObjectName, byte[]> plan(Storage storage, Repository copy)
      throws IOException {
    byte[] description = copy.description().bytes();
    Optional<byte[]> there = read(storage, RepositoryDescription.NAME);
    TreeMap<ObjectName, byte[]> wanted = new TreeMap<>();
    if (there.isEmpty() || !Arrays.equals(there.get(), description)) {
      if (there.isPresent() && isAnother(there.get())) {
        throw new SalvorException(
            ErrorCode.NOT_A_COPY,
            copy.storage().address() + " is no copy of " + storage.address(),
            "another repository is there",
            "name a copy of this repository");
      }
      wanted.put(RepositoryDescription.NAME, description);
    }
    Set<String> removed = new HashSet<>(copy.ledger().removed());
    removed.addAll(Ledger.read(storage, copy.keys(), LedgerMemory.NONE).removed());
    for (ObjectName name : Copies.keyNames(copy.storage())) {
      Optional<byte[]> here = read(storage, name);
      byte[] object = copy.storage().get(name);
      if (!removed.contains(name.value())
          && KeyRing.isIntact(object)
          && (here.isEmpty() || !KeyRing.isIntact(here.get()))) {
        wanted.put(name, object);
      }
    }
    return wanted;
  }

  /** Puts them back. */
  public static void apply(Storage storage, SortedMap<ObjectName, byte[]> wanted)
      throws IOException {
    for (var object : wanted.entrySet()) {
      Transfer.put(storage, object.getKey(), object.getValue());
    }
  }

  /** The storage as it will be when they are put back. */
  public static Storage preview(Storage storage, SortedMap<ObjectName, byte[]> wanted) {
    return wanted.isEmpty() ? storage : new PatchedStorage(storage, wanted);
  }

  private static boolean isAnother(byte[] description) {
    try {
      RepositoryDescription.parse(description);
      return true;
    } catch (SalvorException e) {
      return e.code() != ErrorCode.REPOSITORY_DAMAGED;
    }
  }

  private static Optional<byte[]> read(Storage storage, ObjectName name) throws IOException {
    try {
      return Optional.of(storage.get(name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return Optional.of(new byte[0]);
    }
  }
}
