package io.salvor.engine.crypto;

import io.salvor.engine.crypto.ObjectKind.KeyClass;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The header of a sealed object (docs/format.md §5). */
final class ObjectHeader {
  static final int SUITE = 1;
  static final int VERSION = 1;

  /** How much of it the object's key is bound to. */
  static final int BOUND = 48;

  static final int INDEX_SIZE = 80;
  static final int EPOCH_SIZE = 128;
  static final int SECRET_OFFSET = 48;
  static final int SECRET_SIZE = 32;
  static final int SEALED_KEY_OFFSET = 80;

  private static final int MAGIC = 0x534c5652;

  private ObjectHeader() {}

  static int size(ObjectKind kind) {
    return switch (kind.keyClass()) {
      case INDEX -> INDEX_SIZE;
      case EPOCH, SENSITIVE -> EPOCH_SIZE;
      case PLAIN -> throw new IllegalArgumentException(kind + " is not a sealed object");
    };
  }

  /** A header but for what comes after the bound bytes. */
  static ByteBuffer begin(ObjectKind kind, ObjectId id, ObjectId epoch) {
    ByteBuffer out = ByteBuffer.allocate(size(kind));
    out.putInt(MAGIC).put((byte) VERSION).put((byte) kind.number()).putShort((short) SUITE);
    id.to(out);
    out.put((byte) kind.keyClass().number()).position(32);
    epoch.to(out);
    return out;
  }

  /** Checks every field and gives the epoch's id, which is zero for the index key. */
  static ObjectId check(ObjectKind kind, ObjectId id, byte[] header) {
    String place = kind.place(id);
    if (header.length < size(kind)) {
      throw Damage.of(place, "It is shorter than its header");
    }
    ByteBuffer in = ByteBuffer.wrap(header);
    if (in.getInt() != MAGIC) {
      throw Damage.of(place, "It does not begin like an object of salvor");
    }
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw Damage.of(
          place, "It says that it is of version " + version + ", of which there is none");
    }
    // Everything up to the epoch is known.
    byte[] known = Arrays.copyOf(begin(kind, id, ObjectId.ZERO).array(), 32);
    if (!Arrays.equals(known, 0, 32, header, 0, 32)) {
      throw Damage.of(place, "Its header is not the one of this object");
    }
    ObjectId epoch = ObjectId.from(in.position(32));
    if (kind.keyClass() == KeyClass.INDEX && !epoch.equals(ObjectId.ZERO)) {
      throw Damage.of(place, "Its header is not the one of this object");
    }
    return epoch;
  }

  /** What an intact object says of its version. */
  static int version(byte[] object) {
    return object[4] & 0xff;
  }

  static byte[] bound(byte[] header) {
    return Arrays.copyOf(header, BOUND);
  }
}
