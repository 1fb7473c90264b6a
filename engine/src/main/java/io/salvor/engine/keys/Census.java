package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which objects count that an authority has signed whom another one succeeds (format.md §4). */
final class Census {
  /**
   * Where signed objects lie, in the order in which they are looked at: what names others before
   * what it names, so that whatever is named is found.
   */
  private static final List<ObjectKind> PLACES =
      List.of(
          ObjectKind.LEDGER_ENTRY,
          ObjectKind.MANIFEST,
          ObjectKind.FACT,
          ObjectKind.STATE,
          ObjectKind.CONDEMNATION,
          ObjectKind.SESSION_OPEN,
          ObjectKind.INDEX_SEGMENT);

  private final Storage storage;
  private final KeyRing ring;
  private final Progress progress;
  private final TreeSet<byte[]> hashes = new TreeSet<>(Arrays::compareUnsigned);

  private Census(Storage storage, KeyRing ring, Progress progress) {
    this.storage = storage;
    this.ring = ring;
    this.progress = progress;
  }

  /**
   * Opens every small object; those that do not open are left out, and warned of.
   *
   * @return the hashes of the others, ascending, one after the other
   */
  static byte[] take(Storage storage, OpenedKeys keys, Progress progress) throws IOException {
    progress.phase("census");
    Census census = new Census(storage, keys.ring(), progress);
    for (ObjectKind place : PLACES) {
      TreeSet<ObjectName> names = new TreeSet<>();
      storage.list(place.prefix(), info -> names.add(info.name()));
      for (ObjectName name : names) {
        Optional<ObjectKind> kind = ObjectKind.of(name);
        if (kind.isPresent()) {
          census.add(name, kind.get());
        }
      }
    }
    KeyTable table = keys.table();
    for (ObjectId id : table.epochs().keySet()) {
      census.add(keys, ObjectKind.EPOCH.name(id));
    }
    for (ObjectId id : table.writers().keySet()) {
      census.add(keys, ObjectKind.WRITER.name(id));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    census.hashes.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private void add(OpenedKeys keys, ObjectName name) {
    byte @Nullable [] hash = keys.objects().hashes().get(name);
    if (hash != null) {
      hashes.add(hash);
    }
  }

  private void add(ObjectName name, ObjectKind kind) throws IOException {
    progress.checkCancelled();
    byte[] object;
    try {
      object = storage.get(name);
    } catch (NoSuchFileException e) {
      return;
    }
    try {
      byte[] _ = ring.openSmall(kind, kind.idIn(name).orElseThrow(), object);
      hashes.add(Sha256.of(object));
      progress.advance(1, object.length);
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      progress.warn(e.code().code(), name.value(), "it will not count any more: " + e.why());
    }
  }

  /** The object of a census. */
  static KeyObject encode(ObjectId id, byte[] hashes, Instant created, SigningKey authority) {
    byte[] message =
        new CborWriter().map().key(0).bytes(hashes).key(1).time(created).end().toByteArray();
    return new KeyObject(
        ObjectKind.CENSUS, id, SignedMessage.sign(authority, ObjectKind.CENSUS, id, message));
  }

  /**
   * The hashes in a census.
   *
   * @throws SalvorException KEY_DAMAGED
   */
  static byte[] decode(KeyObject object, byte[] authority) {
    byte[] message =
        SignedMessage.verify(authority, ObjectKind.CENSUS, object.id(), object.message())
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    byte[] hashes = new byte[0];
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> hashes = in.bytes();
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It is no census: " + e.getMessage(), e);
    }
    return hashes;
  }
}
