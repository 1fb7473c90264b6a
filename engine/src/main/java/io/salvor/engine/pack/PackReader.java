package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackDirectory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads packs for their own sake: to check every byte, or to learn from a pack alone what is in it.
 * Holds one frame, or the directory, at a time.
 */
public final class PackReader {
  private static final int KIND_OFFSET = 5;
  private static final int HASH = 32;
  private static final int TRAILER = PackDescription.TAIL_SIZE - HASH;
  private static final int PIECE = 1 << 20;
  private static final int LARGEST_DIRECTORY = 16 << 20;
  private static final int SMALLEST_DIRECTORY = 4 + 4 + 4 + 1 + 4 + 32 + 4 + ObjectKey.TAG_SIZE;

  private final Storage storage;
  private final KeyRing keys;

  public PackReader(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  /**
   * Reads a pack back and holds it against what the index says: its size and hash, its directory,
   * every frame, every blob's id. Damage is told in the report.
   *
   * @throws IOException if the storage fails in a way that says nothing about the pack
   */
  public PackReport verify(PackDescription expected, Progress progress) throws IOException {
    return new PackCheck(storage, keys, this, expected, progress).run();
  }

  /**
   * Describes a pack by itself, reading all of it for its hash; its frames are not opened.
   *
   * @throws SalvorException OBJECT_LOST, or OBJECT_DAMAGED if the header, the directory, the
   *     trailer or the hash is not right
   */
  public PackDescription describe(ObjectId id) throws IOException {
    ObjectName name = PackDescription.kindOf(BlobKind.DATA).name(id);
    long size = storage.find(name).map(ObjectInfo::size).orElseThrow(() -> lost(name));
    if (size > PackDescription.MAX_SIZE || size < PackDescription.HEADER_SIZE) {
      throw damaged(name, "it has " + size + " bytes, which no pack has", null);
    }
    BlobKind kind = kindOf(name, storage.get(name, 0, PackDescription.HEADER_SIZE));
    List<FrameDescription> frames = readDirectory(kind, id, size);
    MessageDigest digest = Sha256.start();
    for (long at = 0; at < size - HASH; at += PIECE) {
      digest.update(storage.get(name, at, (int) Math.min(PIECE, size - HASH - at)));
    }
    byte[] hash = storage.get(name, size - HASH, HASH);
    MessageDigest whole = copy(digest);
    whole.update(hash);
    if (!MessageDigest.isEqual(hash, digest.digest())) {
      throw damaged(name, "its checksum does not fit", null);
    }
    return new PackDescription(id, whole.digest(), size, kind, frames);
  }

  /**
   * Reads a pack's directory from the pack alone.
   *
   * @param size of the whole object
   * @throws SalvorException OBJECT_DAMAGED
   */
  public List<FrameDescription> readDirectory(BlobKind kind, ObjectId id, long size)
      throws IOException {
    ObjectName name = PackDescription.kindOf(kind).name(id);
    byte[] header = storage.get(name, 0, PackDescription.HEADER_SIZE);
    try (ObjectKey key = keys.open(PackDescription.kindOf(kind), id, header)) {
      return readDirectory(key, name, size);
    } catch (MalformedException e) {
      throw damaged(name, String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads the directory and checks that it accounts for every byte of the pack. */
  List<FrameDescription> readDirectory(ObjectKey key, ObjectName name, long size)
      throws IOException {
    long space = size - PackDescription.HEADER_SIZE - PackDescription.TAIL_SIZE;
    if (space < SMALLEST_DIRECTORY) {
      throw new MalformedException("the pack is too short");
    }
    byte[] sealed = storage.get(name, size - PackDescription.TAIL_SIZE, TRAILER);
    byte[] trailer = new byte[TRAILER - ObjectKey.TAG_SIZE];
    key.open(ObjectKey.TRAILER, 0, sealed, 0, sealed.length, trailer, 0);
    int length = trailerLength(trailer);
    if (length < SMALLEST_DIRECTORY || length > Math.min(space, LARGEST_DIRECTORY)) {
      throw new MalformedException("the trailer claims a directory of " + length + " bytes");
    }
    long at = size - PackDescription.TAIL_SIZE - length;
    byte[] listed = new byte[length - ObjectKey.TAG_SIZE];
    key.open(ObjectKey.DIRECTORY, 0, storage.get(name, at, length), 0, length, listed, 0);
    ByteBuffer in = ByteBuffer.wrap(listed);
    List<FrameDescription> frames = PackDirectory.decode(in, space - length);
    long stored = frames.stream().mapToLong(FrameDescription::stored).sum();
    if (stored != space - length) {
      throw new MalformedException("there are bytes between the frames and the directory");
    }
    checkPadding(in, size);
    return frames;
  }

  private static int trailerLength(byte[] trailer) {
    ByteBuffer in = ByteBuffer.wrap(trailer);
    int length = in.getInt();
    while (in.hasRemaining()) {
      if (in.get() != 0) {
        throw new MalformedException("the trailer has more than a length");
      }
    }
    return length;
  }

  private static void checkPadding(ByteBuffer rest, long size) {
    int zeros = rest.remaining();
    while (rest.hasRemaining()) {
      if (rest.get() != 0) {
        throw new MalformedException("the directory is padded with something else than zeros");
      }
    }
    if (zeros != Padding.of(size - zeros)) {
      throw new MalformedException("the pack is padded to another size than the format's");
    }
  }

  private static BlobKind kindOf(ObjectName name, byte[] header) {
    return PackDescription.kindOf(header[KIND_OFFSET])
        .orElseThrow(
            () -> damaged(name, "its header names no kind of pack that this version knows", null));
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("a SHA-256 that cannot be cloned", e);
    }
  }

  static SalvorException lost(ObjectName name) {
    return new SalvorException(
        ErrorCode.OBJECT_LOST,
        "the object " + name + " is gone",
        "it is not in the storage",
        "run `salvor verify` to learn which backups need it; `salvor repair` saves what is left,"
            + " and with --from <copy> puts it back");
  }

  static SalvorException damaged(ObjectName name, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.OBJECT_DAMAGED,
        "the object " + name + " is damaged",
        why,
        "run `salvor verify` to learn which backups need it; `salvor repair` saves what is left,"
            + " and with --from <copy> puts it back",
        cause);
  }
}
