package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The key objects of a repository as they lie in its storage, by name; damaged ones apart.
 *
 * @param damaged what is wrong with those that cannot be read
 */
record KeyObjects(
    List<Credential> credentials,
    List<KeyObject> epochs,
    List<KeyObject> grants,
    Map<ObjectName, SalvorException> damaged) {

  static KeyObjects read(Storage storage) throws IOException {
    KeyObjects objects =
        new KeyObjects(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new TreeMap<>());
    TreeSet<ObjectName> names = new TreeSet<>();
    storage.list(ObjectKind.CREDENTIAL.prefix(), info -> names.add(info.name()));
    for (ObjectName name : names) {
      for (ObjectKind kind : List.of(ObjectKind.CREDENTIAL, ObjectKind.EPOCH, ObjectKind.GRANT)) {
        Optional<ObjectId> id = kind.idIn(name);
        if (id.isPresent()) {
          objects.add(name, kind, id.get(), storage.get(name));
        }
      }
    }
    return objects;
  }

  private void add(ObjectName name, ObjectKind kind, ObjectId id, byte[] bytes) {
    try {
      KeyObject object = KeyObject.decode(kind, id, bytes);
      switch (kind) {
        case CREDENTIAL -> Credential.decode(object).ifPresent(credentials::add);
        case EPOCH -> epochs.add(object);
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
