package io.salvor.engine.pack;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.index.FrameDescription;

/** Decrypts and unpacks frames. */
final class FrameOpener {
  private FrameOpener() {}

  /**
   * Gives a frame's plain text.
   *
   * @param sealed as it lies in the pack
   * @throws io.salvor.engine.error.SalvorException OBJECT_DAMAGED if it does not decrypt
   * @throws MalformedException if it does not unpack to as many bytes as the directory says
   */
  static byte[] open(
      ObjectKey key, int frame, byte[] sealed, int offset, int stored, byte codec, int plain) {
    if (plain < 1 || plain > FrameDescription.MAX_PLAIN || stored <= FrameDescription.TAG) {
      throw new MalformedException("a frame of a forbidden length");
    }
    int content = stored - FrameDescription.TAG;
    byte[] out = new byte[plain];
    switch (codec) {
      case FrameDescription.STORED -> {
        if (content != plain) {
          throw new MalformedException("a stored frame of another length than its blobs");
        }
        key.open(ObjectKey.BODY, frame, sealed, offset, stored, out, 0);
      }
      case FrameDescription.ZSTD -> {
        byte[] packed = new byte[content];
        key.open(ObjectKey.BODY, frame, sealed, offset, stored, packed, 0);
        Zstd.decompress(packed, 0, content, out, 0, plain);
      }
      default -> throw new MalformedException("a frame has the unknown codec " + codec);
    }
    return out;
  }
}
