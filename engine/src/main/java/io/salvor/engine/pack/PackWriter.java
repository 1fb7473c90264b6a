package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackDirectory;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** One pack being written, frame after frame. Its key is never used again once it was given up. */
final class PackWriter implements AutoCloseable {
  private static final int TRAILER = 16;

  private final BlobKind kind;
  private final KeyRing.NewObject object;
  private final ObjectWriter out;
  private final MessageDigest digest = Sha256.start();
  private final List<FrameDescription> frames = new ArrayList<>();
  private long size;
  private int blobs;

  PackWriter(Storage storage, KeyRing keys, BlobKind kind) throws IOException {
    this.kind = kind;
    this.object = keys.newObject(PackDescription.kindOf(kind));
    this.out = storage.create(PackDescription.kindOf(kind).name(object.id()));
    try {
      write(object.header(), object.header().length);
    } catch (IOException | RuntimeException e) {
      try (out) {
        throw e;
      }
    }
  }

  /** Bytes so far. */
  long size() {
    return size;
  }

  int blobs() {
    return blobs;
  }

  /** Encrypts the next frame and writes it. */
  void append(Frame frame) throws IOException {
    append(frame.describe(), frame.content(), frame.contentLength(), frame.room());
  }

  /**
   * Encrypts the next frame and writes it.
   *
   * @param content compressed as the description says
   * @param room where the encrypted bytes may go
   */
  void append(FrameDescription frame, byte[] content, int length, byte[] room) throws IOException {
    int sealed = object.key().seal(ObjectKey.BODY, frames.size(), content, 0, length, room, 0);
    write(room, sealed);
    frames.add(frame);
    blobs += frame.blobs();
  }

  /** Writes what follows the frames; the pack is not durable yet. */
  PackDescription finish() throws IOException {
    int listed = Math.toIntExact(PackDirectory.encodedSize(frames));
    long bare = size + listed + ObjectKey.TAG_SIZE + PackDescription.TAIL_SIZE;
    ByteBuffer directory = ByteBuffer.allocate(listed + Padding.of(bare));
    PackDirectory.encode(frames, directory);
    byte[] sealed = new byte[directory.capacity() + ObjectKey.TAG_SIZE];
    seal(ObjectKey.DIRECTORY, directory.array(), sealed);
    byte[] trailer = ByteBuffer.allocate(TRAILER).putInt(sealed.length).array();
    seal(ObjectKey.TRAILER, trailer, new byte[TRAILER + ObjectKey.TAG_SIZE]);
    object.key().close();
    byte[] hash = hashSoFar();
    write(hash, hash.length);
    return new PackDescription(object.id(), digest.digest(), size, kind, List.copyOf(frames));
  }

  private void seal(int stream, byte[] plain, byte[] sealed) throws IOException {
    object.key().seal(stream, 0, plain, 0, plain.length, sealed, 0);
    write(sealed, sealed.length);
  }

  private byte[] hashSoFar() {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("a SHA-256 that cannot be cloned", e);
    }
  }

  private void write(byte[] bytes, int length) throws IOException {
    digest.update(bytes, 0, length);
    out.write(ByteBuffer.wrap(bytes, 0, length));
    size += length;
  }

  /** Makes the pack durable. */
  void commit() throws IOException {
    out.commit();
  }

  /** Abandons the pack unless it was committed. */
  @Override
  public void close() throws IOException {
    object.key().close();
    out.close();
  }
}
