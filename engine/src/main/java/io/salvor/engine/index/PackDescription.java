package io.salvor.engine.index;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.storage.ObjectName;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the index says of a pack.
 *
 * @param sha256 of the whole object
 * @param size of the whole object in bytes
 * @param frames in the order in which they lie
 */
public record PackDescription(
    ObjectId id, byte[] sha256, long size, BlobKind kind, List<FrameDescription> frames) {
  /** Where the first frame begins: the length of a pack's header. */
  public static final int HEADER_SIZE = 128;

  /** Bytes after the directory: the sealed trailer and the hash of everything before. */
  public static final int TAIL_SIZE = 32 + 32;

  /** The largest pack that is read. */
  public static final long MAX_SIZE = 1L << 30;

  /** The pack's name. */
  public ObjectName name() {
    return kindOf(kind).name(id);
  }

  /** The kind of object that holds blobs of a kind. */
  public static ObjectKind kindOf(BlobKind kind) {
    return switch (kind) {
      case DATA -> ObjectKind.DATA_PACK;
      case TREE -> ObjectKind.TREE_PACK;
      case SENSITIVE -> ObjectKind.SENSITIVE_PACK;
    };
  }

  /** The kind of blobs in packs of this number; empty for kinds that this version does not know. */
  public static Optional<BlobKind> kindOf(int number) {
    return switch (number) {
      case 1 -> Optional.of(BlobKind.DATA);
      case 2 -> Optional.of(BlobKind.TREE);
      case 3 -> Optional.of(BlobKind.SENSITIVE);
      default -> Optional.empty();
    };
  }

  /** Number of blobs. */
  public long blobs() {
    long blobs = 0;
    for (FrameDescription frame : frames) {
      blobs += frame.blobs();
    }
    return blobs;
  }

  /** The number in the pack's header and in segments. */
  static byte number(BlobKind kind) {
    return (byte) kindOf(kind).number();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof PackDescription p
        && id.equals(p.id)
        && Arrays.equals(sha256, p.sha256)
        && size == p.size
        && kind == p.kind
        && frames.equals(p.frames);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "pack " + id + " of " + frames.size() + " frames";
  }
}
