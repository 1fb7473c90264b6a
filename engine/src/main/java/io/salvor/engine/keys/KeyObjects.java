package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The key objects of a repository as they lie in its storage, by name; damaged ones apart. What
 * they say is nobody's word yet: no signature was looked at.
 *
 * @param hashes the SHA-256 of every one, damaged or not
 * @param damaged what is wrong with those that cannot be read
 */
record KeyObjects(
    List<Credential> credentials,
    List<KeyObject> epochs,
    List<KeyObject> grants,
    List<KeyObject> writers,
    List<KeyObject> announcements,
    List<KeyObject> censuses,
    Map<ObjectName, byte[]> hashes,
    Map<ObjectName, SalvorException> damaged) {
  private static final List<ObjectKind> KINDS =
      List.of(
          ObjectKind.CREDENTIAL,
          ObjectKind.EPOCH,
          ObjectKind.GRANT,
          ObjectKind.WRITER,
          ObjectKind.AUTHORITY,
          ObjectKind.CENSUS);

  static KeyObjects read(Storage storage) throws IOException {
    return read(storage, Set.of());
  }

  /**
   * Reads them.
   *
   * @param named those that the ledger names, which are asked for by their names: lists may lag, or
   *     hide them
   */
  static KeyObjects read(Storage storage, Set<ObjectName> named) throws IOException {
    KeyObjects objects =
        new KeyObjects(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new TreeMap<>(),
            new TreeMap<>());
    TreeSet<ObjectName> names = new TreeSet<>(named);
    storage.list(ObjectKind.CREDENTIAL.prefix(), info -> names.add(info.name()));
    for (ObjectName name : names) {
      for (ObjectKind kind : KINDS) {
        Optional<ObjectId> id = kind.idIn(name);
        if (id.isPresent()) {
          objects.read(storage, name, kind, id.get());
        }
      }
    }
    return objects;
  }

  private void read(Storage storage, ObjectName name, ObjectKind kind, ObjectId id)
      throws IOException {
    byte[] bytes;
    try {
      bytes = storage.get(name);
    } catch (NoSuchFileException e) {
      // Withdrawn since the list was made, or lost: the ledger knows.
      return;
    }
    hashes.put(name, Sha256.of(bytes));
    try {
      KeyObject object = KeyObject.decode(kind, id, bytes);
      switch (kind) {
        case CREDENTIAL -> Credential.decode(object).ifPresent(credentials::add);
        case EPOCH -> epochs.add(object);
        case WRITER -> writers.add(object);
        case AUTHORITY -> announcements.add(object);
        case CENSUS -> censuses.add(object);
        default -> grants.add(object);
      }
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.KEY_DAMAGED) {
        throw e;
      }
      damaged.put(name, e);
    }
  }
}
