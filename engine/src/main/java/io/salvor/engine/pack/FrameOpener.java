package io.salvor.engine.pack;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.index.FrameDescription;

/** Decrypts and unpacks frames, using its scratch array again; for one thread at a time. */
final class FrameOpener {
  private static final int FIRST = 256 << 10;

  private byte[] scratch = new byte[0];

  /**
   * Gives a frame's plain text.
   *
   * @param sealed the frame as it lies in the pack, and nothing else
   * @param out takes the {@code plain} bytes from its beginning
   * @throws io.salvor.engine.error.SalvorException OBJECT_DAMAGED if it does not decrypt
   * @throws MalformedException if it does not unpack to as many bytes as the directory says
   */
  void open(ObjectKey key, int frame, byte[] sealed, byte codec, byte[] out, int plain) {
    int content = sealed.length - FrameDescription.TAG;
    if (content < 1) {
      throw new MalformedException("a frame of a forbidden length");
    }
    switch (codec) {
      case FrameDescription.STORED -> {
        if (content != plain) {
          throw new MalformedException("a stored frame of another length than its blobs");
        }
        key.open(ObjectKey.BODY, frame, sealed, 0, sealed.length, out, 0);
      }
      case FrameDescription.ZSTD -> {
        byte[] packed = room(content);
        key.open(ObjectKey.BODY, frame, sealed, 0, sealed.length, packed, 0);
        Zstd.decompress(packed, 0, content, out, 0, plain);
      }
      default -> throw new MalformedException("a frame has the unknown codec " + codec);
    }
  }

  private byte[] room(int length) {
    if (scratch.length < length) {
      scratch = new byte[Math.ceilDiv(length, FIRST) * FIRST];
    }
    return scratch;
  }

  /** Refuses lengths of which no array should be made. */
  static int checkPlain(int plain) {
    if (plain < 1 || plain > FrameDescription.MAX_PLAIN) {
      throw new MalformedException("a frame of a forbidden length");
    }
    return plain;
  }
}
