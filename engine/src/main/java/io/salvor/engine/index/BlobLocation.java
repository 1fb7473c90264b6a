package io.salvor.engine.index;

import io.salvor.engine.crypto.ObjectId;

/**
 * Where a blob lies. Offsets and lengths are in bytes.
 *
 * @param pack the pack's id
 * @param frame the frame's place in the pack, from 0
 * @param frameOffset where the frame begins in the pack
 * @param stored the frame's length in the pack, with its tag
 * @param plain the frame's length when unpacked
 * @param codec the frame's, see {@link FrameDescription}
 * @param offset where the blob begins in the unpacked frame
 * @param length the blob's
 */
public record BlobLocation(
    ObjectId pack,
    int frame,
    long frameOffset,
    int stored,
    int plain,
    byte codec,
    int offset,
    int length) {
  /** The same place in another pack. */
  public BlobLocation in(ObjectId other) {
    return new BlobLocation(other, frame, frameOffset, stored, plain, codec, offset, length);
  }
}
