package io.salvor.engine.crypto;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Zstd;
import java.util.Arrays;

/** Everything sealed but packs: one encryption between a header and a checksum (§5.2). */
final class SmallObject {
  private static final int STORED = 0;
  private static final int ZSTD = 1;
  private static final int LEVEL = 3;
  private static final int WORTH_COMPRESSING = 128;

  // Unpacked before the signature can be checked, and whoever knows an epoch's public half can make
  // an object that unpacks.
  private static final int MAX_CONTENT = 32 << 20;

  private SmallObject() {}

  static byte[] seal(KeyRing.NewObject object, byte[] content) {
    if (content.length > MAX_CONTENT) {
      throw new IllegalArgumentException("an object of " + content.length + " bytes");
    }
    byte[] plain = pack(content);
    byte[] header = object.header();
    int end = header.length + plain.length + ObjectKey.TAG_SIZE;
    byte[] out = Arrays.copyOf(header, end + Sha256.SIZE);
    try (ObjectKey key = object.key()) {
      key.seal(ObjectKey.BODY, 0, plain, 0, plain.length, out, header.length);
    }
    System.arraycopy(Sha256.of(out, 0, end), 0, out, end, Sha256.SIZE);
    return out;
  }

  static boolean isIntact(byte[] object) {
    int end = object.length - Sha256.SIZE;
    return end >= 0
        && Arrays.equals(Sha256.of(object, 0, end), 0, Sha256.SIZE, object, end, object.length);
  }

  static byte[] open(KeyRing ring, ObjectKind kind, ObjectId id, byte[] object) {
    String place = kind.place(id);
    int start = ObjectHeader.size(kind);
    int length = object.length - start - Sha256.SIZE;
    if (length <= ObjectKey.TAG_SIZE || !isIntact(object)) {
      throw Damage.of(place, "Its checksum does not fit: bytes were changed or lost");
    }
    // Only a checksum that fits tells a newer version from damage.
    if (ObjectHeader.version(object) > ObjectHeader.VERSION) {
      throw Damage.newer(place, ObjectHeader.version(object));
    }
    byte[] plain = new byte[length - ObjectKey.TAG_SIZE];
    try (ObjectKey key = ring.open(kind, id, Arrays.copyOf(object, start))) {
      key.open(ObjectKey.BODY, 0, object, start, length, plain, 0);
    }
    try {
      return switch (plain[0]) {
        case STORED -> Arrays.copyOfRange(plain, 1, plain.length);
        case ZSTD -> Zstd.decompress(plain, 1, plain.length - 1, MAX_CONTENT);
        default -> throw new MalformedException("unknown codec " + plain[0]);
      };
    } catch (MalformedException e) {
      throw Damage.of(place, "Its content does not unpack: " + e.getMessage(), e);
    }
  }

  private static byte[] pack(byte[] content) {
    if (content.length >= WORTH_COMPRESSING) {
      byte[] packed = new byte[content.length];
      packed[0] = ZSTD;
      int n = Zstd.compress(LEVEL, content, 0, content.length, packed, 1, packed.length - 1);
      if (n != Zstd.NO_ROOM) {
        return Arrays.copyOf(packed, n + 1);
      }
    }
    byte[] stored = new byte[content.length + 1];
    stored[0] = STORED;
    System.arraycopy(content, 0, stored, 1, content.length);
    return stored;
  }
}
