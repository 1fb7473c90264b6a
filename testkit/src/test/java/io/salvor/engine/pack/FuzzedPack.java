package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.FuzzedSealed;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.index.FrameDescription;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Opens packs to the fuzzer: whole ones, and what lies behind their encryption. */
public final class FuzzedPack {
  private static final ObjectId ID = FuzzedSealed.ID;
  private static final int TRAILER = 16;
  private static final int FRAMES = 64;

  private FuzzedPack() {}

  /** A whole pack. */
  public static Object describe(byte[] object) throws IOException {
    return reader(object).describe(ID);
  }

  private static PackReader reader(byte[] object) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.put(ObjectKind.DATA_PACK.name(ID), object);
    return new PackReader(storage, FuzzedSealed.keys());
  }

  /** The plain trailer, then the plain directory, of a pack with 64 bytes of frames. */
  public static Object endings(byte[] input) throws IOException {
    byte[] whole = pack(Arrays.copyOf(input, Math.max(TRAILER, input.length)));
    return reader(whole).readDirectory(BlobKind.DATA, ID, whole.length);
  }

  /** A pack of these endings, sealed. */
  public static byte[] pack(byte[] endings) {
    KeyRing.NewObject object = FuzzedSealed.keys().newObject(ObjectKind.DATA_PACK, ID);
    int directory = endings.length - TRAILER;
    int at = object.header().length + FRAMES;
    int end = at + directory + TRAILER + 2 * ObjectKey.TAG_SIZE;
    byte[] pack = Arrays.copyOf(object.header(), end + Sha256.SIZE);
    try (ObjectKey key = object.key()) {
      key.seal(ObjectKey.BODY, 0, new byte[48], 0, 48, pack, object.header().length);
      at += key.seal(ObjectKey.DIRECTORY, 0, endings, TRAILER, directory, pack, at);
      key.seal(ObjectKey.TRAILER, 0, endings, 0, TRAILER, pack, at);
    }
    System.arraycopy(Sha256.of(pack, 0, end), 0, pack, end, Sha256.SIZE);
    return pack;
  }

  /** A seed of {@link #endings}: a frame with one blob of 48 bytes, padded as the format says. */
  public static byte[] sound() {
    byte[] blob = new byte[48];
    BlobId id = FuzzedSealed.keys().blobId(BlobKind.DATA, blob, 0, blob.length);
    int listed = 4 + 4 + 4 + 1 + 4 + 32 + 4;
    int size = 128 + FRAMES + listed + 16 + 32 + 32;
    int directory = listed + Padding.of(size);
    ByteBuffer out = ByteBuffer.allocate(TRAILER + directory).putInt(directory + 16);
    out.position(TRAILER).putInt(1).putInt(FRAMES).putInt(48).put((byte) 0).putInt(1);
    id.to(out);
    return out.putInt(48).array();
  }

  /** {@code u32 plain length ‖ u8 codec ‖ what is encrypted} of a frame. */
  public static Object frame(byte[] input) {
    byte[] in = Arrays.copyOf(input, Math.max(6, input.length));
    int plain = ByteBuffer.wrap(in).getInt();
    KeyRing.NewObject object = FuzzedSealed.keys().newObject(ObjectKind.DATA_PACK, ID);
    try (ObjectKey key = object.key()) {
      byte[] sealed = new byte[in.length - 5 + FrameDescription.TAG];
      key.seal(ObjectKey.BODY, 0, in, 5, in.length - 5, sealed, 0);
      // So large a frame passes; what is unpacked is held to it.
      if (FrameOpener.checkPlain(plain) > 1 << 20) {
        throw new MalformedException("larger than the fuzzer takes");
      }
      byte[] out = new byte[plain];
      new FrameOpener().open(key, 0, sealed, in[4], out, plain);
      return out;
    }
  }
}
