package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of packs, opened once and kept for a while, for opening one costs a header and HPKE. */
final class PackKeys {
  private static final int MOST = 512;

  private final Storage storage;
  private final KeyRing keys;
  private final Map<ObjectId, ObjectKey> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, ObjectKey> eldest) {
          // Not closed: another thread may be decrypting with it.
          return size() > MOST;
        }
      };

  PackKeys(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  ObjectKey get(BlobKind kind, ObjectId id) throws IOException {
    synchronized (kept) {
      @Nullable ObjectKey key = kept.get(id);
      if (key != null) {
        return key;
      }
    }
    ObjectKind pack = PackDescription.kindOf(kind);
    byte[] header = storage.get(pack.name(id), 0, PackDescription.HEADER_SIZE);
    ObjectKey key = keys.open(pack, id, header);
    synchronized (kept) {
      kept.put(id, key);
    }
    return key;
  }
}
