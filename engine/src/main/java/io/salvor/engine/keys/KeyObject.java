package io.salvor.engine.keys;

import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The plain wrapping of a key object (docs/format.md §4): kind, id, message, checksum. */
record KeyObject(ObjectKind kind, ObjectId id, byte[] message) {
  private static final int MAGIC = 0x534c564b;
  private static final int VERSION = 1;
  private static final int SUITE = 1;
  private static final int HEADER = 28;

  ObjectName name() {
    return kind.name(id);
  }

  /** The message, if the authority has signed it, or an earlier one and it counts. */
  Optional<byte[]> signedBy(Authority authority) {
    return authority.verify(kind, id, message, encode());
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + message.length + Sha256.SIZE);
    out.putInt(MAGIC).put((byte) VERSION).put((byte) kind.number()).putShort((short) SUITE);
    id.to(out);
    out.putInt(message.length).put(message);
    return out.put(Sha256.of(out.array(), 0, out.position())).array();
  }

  /**
   * Reads the object of this name.
   *
   * @throws SalvorException KEY_DAMAGED, or FORMAT_NEWER for an intact object of a newer version
   */
  static KeyObject decode(ObjectKind kind, ObjectId id, byte[] object) {
    ObjectName name = kind.name(id);
    if (object.length < HEADER + Sha256.SIZE || !KeyRing.isIntact(object)) {
      throw KeyDamage.of(name, "Its checksum does not fit: bytes were changed or lost");
    }
    ByteBuffer in = ByteBuffer.wrap(object);
    int magic = in.getInt();
    int version = in.get() & 0xff;
    if (magic == MAGIC && version > VERSION) {
      throw new SalvorException(
          ErrorCode.FORMAT_NEWER,
          "The key object " + name + " has a newer format",
          "It is of version " + version + ", this program reads version " + VERSION,
          "Use a newer release of salvor");
    }
    int end = object.length - Sha256.SIZE;
    KeyObject read = new KeyObject(kind, id, Arrays.copyOfRange(object, HEADER, end));
    if (!Arrays.equals(read.encode(), object)) {
      throw KeyDamage.of(name, "Its header is not the one of this object");
    }
    return read;
  }
}
