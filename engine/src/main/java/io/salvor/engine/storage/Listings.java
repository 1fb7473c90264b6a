package io.salvor.engine.storage;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** Lists that are not torn apart by what others do meanwhile. */
public final class Listings {
  private static final int MOST_ATTEMPTS = 20;

  private Listings() {}

  /**
   * The names that begin with {@code prefix}, listed until nothing has vanished between two lists:
   * of an object that was replaced meanwhile, a single list may show neither the old one nor the
   * new one.
   */
  public static Set<ObjectName> names(Storage storage, String prefix) throws IOException {
    Set<ObjectName> before = once(storage, prefix);
    for (int attempt = 1; ; attempt++) {
      Set<ObjectName> now = once(storage, prefix);
      if (now.containsAll(before)) {
        return now;
      }
      if (attempt == MOST_ATTEMPTS) {
        // Somebody deletes very many: what is gone is noticed when it is asked for.
        now.addAll(before);
        return now;
      }
      before = now;
    }
  }

  private static Set<ObjectName> once(Storage storage, String prefix) throws IOException {
    Set<ObjectName> names = new TreeSet<>();
    storage.list(prefix, info -> names.add(info.name()));
    return names;
  }
}
