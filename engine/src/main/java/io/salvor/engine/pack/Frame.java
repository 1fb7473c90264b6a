package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.index.FrameDescription;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A frame being filled, then compressed, then sealed; by one thread at a time. */
final class Frame {
  private final FrameBuffers.Pair buffers;
  private byte[] ids = new byte[BlobId.SIZE];
  private int[] ends = new int[1];
  private int blobs;
  private int size;
  private int compressed = Zstd.NO_ROOM;

  Frame(FrameBuffers.Pair buffers) {
    this.buffers = buffers;
  }

  FrameBuffers.Pair buffers() {
    return buffers;
  }

  /** Plain bytes so far. */
  int size() {
    return size;
  }

  int blobs() {
    return blobs;
  }

  void add(BlobId id, byte[] bytes, int offset, int length) {
    if (blobs == ends.length) {
      ends = Arrays.copyOf(ends, Math.max(16, 2 * blobs));
      ids = Arrays.copyOf(ids, ends.length * BlobId.SIZE);
    }
    System.arraycopy(bytes, offset, buffers.one(), size, length);
    size += length;
    id.to(ByteBuffer.wrap(ids, blobs * BlobId.SIZE, BlobId.SIZE));
    ends[blobs] = size;
    blobs++;
  }

  /** Compresses it if that is worth it. */
  void compress(int level) {
    compressed = FrameCodec.compress(level, blobs == 1, buffers.one(), size, buffers.other());
  }

  private boolean isCompressed() {
    return compressed != Zstd.NO_ROOM;
  }

  /** What is to be encrypted. */
  byte[] content() {
    return isCompressed() ? buffers.other() : buffers.one();
  }

  int contentLength() {
    return isCompressed() ? compressed : size;
  }

  /** Where the encrypted bytes may go. */
  byte[] room() {
    return isCompressed() ? buffers.one() : buffers.other();
  }

  FrameDescription describe() {
    return new FrameDescription(
        contentLength() + FrameDescription.TAG,
        isCompressed() ? FrameDescription.ZSTD : FrameDescription.STORED,
        Arrays.copyOf(ids, blobs * BlobId.SIZE),
        Arrays.copyOf(ends, blobs));
  }
}
