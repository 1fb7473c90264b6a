package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;

/**
 * The rows of a view, 64 bytes each. A blob's: id (32), the pack's number in this view (4), frame
 * (4), the frame's offset (4), stored length (4) and plain length (4), the blob's offset (4) and
 * length (4), kind (1), codec (1), zeros (2). A pack's: id (16), SHA-256 (32), size (8), the
 * segment's number in this view (4), kind (1), zeros (3).
 */
final class Row {
  private static final int PACK = 32;
  private static final int FRAME = 36;
  private static final int FRAME_OFFSET = 40;
  private static final int STORED = 44;
  private static final int PLAIN = 48;
  private static final int OFFSET = 52;
  private static final int LENGTH = 56;
  private static final int KIND = 60;
  private static final int CODEC = 61;

  private static final int PACK_SHA = 16;
  private static final int PACK_SIZE = 48;
  private static final int PACK_SEGMENT = 56;
  private static final int PACK_KIND = 60;

  private Row() {}

  static void putBlob(
      byte[] out,
      int at,
      int pack,
      BlobKind kind,
      int frame,
      long frameOffset,
      FrameDescription f,
      int blob) {
    BlobId id = f.id(blob);
    Page.putLong(out, at, id.a());
    Page.putLong(out, at + 8, id.b());
    Page.putLong(out, at + 16, id.c());
    Page.putLong(out, at + 24, id.d());
    Page.putInt(out, at + PACK, pack);
    Page.putInt(out, at + FRAME, frame);
    Page.putInt(out, at + FRAME_OFFSET, Math.toIntExact(frameOffset));
    Page.putInt(out, at + STORED, f.stored());
    Page.putInt(out, at + PLAIN, f.plain());
    Page.putInt(out, at + OFFSET, f.offset(blob));
    Page.putInt(out, at + LENGTH, f.length(blob));
    out[at + KIND] = PackDescription.number(kind);
    out[at + CODEC] = f.codec();
    out[at + CODEC + 1] = 0;
    out[at + CODEC + 2] = 0;
  }

  static int compare(byte[] bytes, int at, BlobId id) {
    int order = Long.compareUnsigned(Page.getLong(bytes, at), id.a());
    if (order == 0) {
      order = Long.compareUnsigned(Page.getLong(bytes, at + 8), id.b());
    }
    if (order == 0) {
      order = Long.compareUnsigned(Page.getLong(bytes, at + 16), id.c());
    }
    return order == 0 ? Long.compareUnsigned(Page.getLong(bytes, at + 24), id.d()) : order;
  }

  static int compare(byte[] left, int at, byte[] right, int from) {
    for (int i = 0; i < BlobId.SIZE; i += 8) {
      int order = Long.compareUnsigned(Page.getLong(left, at + i), Page.getLong(right, from + i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  static int pack(byte[] bytes, int at) {
    return Page.getInt(bytes, at + PACK);
  }

  static void setPack(byte[] bytes, int at, int pack) {
    Page.putInt(bytes, at + PACK, pack);
  }

  static boolean isKind(byte[] bytes, int at, BlobKind kind) {
    return bytes[at + KIND] == PackDescription.number(kind);
  }

  static BlobKind kind(byte[] bytes, int at) {
    return kind(bytes[at + KIND]);
  }

  static BlobId id(byte[] bytes, int at) {
    return BlobId.from(bytes, at);
  }

  /** Bytes that the blob takes of its frame as it is stored. */
  static long storedShare(byte[] bytes, int at) {
    long plain = Page.getInt(bytes, at + PLAIN);
    return (long) Page.getInt(bytes, at + STORED) * Page.getInt(bytes, at + LENGTH) / plain;
  }

  static BlobLocation location(byte[] bytes, int at, ObjectId pack) {
    return new BlobLocation(
        pack,
        Page.getInt(bytes, at + FRAME),
        Page.getInt(bytes, at + FRAME_OFFSET),
        Page.getInt(bytes, at + STORED),
        Page.getInt(bytes, at + PLAIN),
        bytes[at + CODEC],
        Page.getInt(bytes, at + OFFSET),
        Page.getInt(bytes, at + LENGTH));
  }

  static void putPack(byte[] out, int at, PackDescription pack, int segment) {
    Page.putLong(out, at, pack.id().high());
    Page.putLong(out, at + 8, pack.id().low());
    System.arraycopy(pack.sha256(), 0, out, at + PACK_SHA, 32);
    Page.putLong(out, at + PACK_SIZE, pack.size());
    Page.putInt(out, at + PACK_SEGMENT, segment);
    Page.putInt(out, at + PACK_KIND, PackDescription.number(pack.kind()) << 24);
  }

  static ObjectId packId(byte[] bytes, int at) {
    return new ObjectId(Page.getLong(bytes, at), Page.getLong(bytes, at + 8));
  }

  static int packSegment(byte[] bytes, int at) {
    return Page.getInt(bytes, at + PACK_SEGMENT);
  }

  static void setPackSegment(byte[] bytes, int at, int segment) {
    Page.putInt(bytes, at + PACK_SEGMENT, segment);
  }

  static PackSummary packSummary(byte[] bytes, int at) {
    byte[] sha256 = new byte[32];
    System.arraycopy(bytes, at + PACK_SHA, sha256, 0, 32);
    return new PackSummary(
        packId(bytes, at),
        sha256,
        Page.getLong(bytes, at + PACK_SIZE),
        kind(bytes[at + PACK_KIND]));
  }

  private static BlobKind kind(byte number) {
    return PackDescription.kindOf(number)
        .orElseThrow(() -> new IllegalStateException("a view with packs of kind " + number));
  }
}
