package io.salvor.engine.backup;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A session's objects. */
final class SessionObjects {
  private SessionObjects() {}

  /**
   * Removes all of them: checkpoints, then the opening, then the end, so that a crash in between
   * leaves a session that is still open or one that has ended.
   */
  static void remove(Storage storage, ObjectId session) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list(ObjectKind.SESSION_OPEN.prefix() + session + "/", i -> names.add(i.name()));
    names.sort(Comparator.comparingInt(name -> order(name, session)));
    for (ObjectName name : names) {
      storage.delete(name);
    }
  }

  private static int order(ObjectName name, ObjectId session) {
    if (name.equals(ObjectKind.SESSION_OPEN.name(session))) {
      return 1;
    }
    return name.equals(ObjectKind.SESSION_END.name(session)) ? 2 : 0;
  }
}
