package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.MalformedException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a pack's directory says of one frame (docs/format.md §6). Lengths are in bytes. Kept in two
 * arrays, for a process holds very many blobs' entries at a time.
 */
public final class FrameDescription {
  /** Most bytes of a frame's plain text. */
  public static final int MAX_PLAIN = 16 << 20;

  /** Most bytes of a blob. */
  public static final int MAX_BLOB = 8 << 20;

  /** Codec: the blobs as they are. */
  public static final byte STORED = 0;

  /** Codec: Zstandard. */
  public static final byte ZSTD = 1;

  /** Bytes that sealing adds to a frame. */
  public static final int TAG = 16;

  static final int HEAD_SIZE = 4 + 4 + 1 + 4;
  static final int BLOB_SIZE = BlobId.SIZE + 4;

  private final int stored;
  private final int plain;
  private final byte codec;
  private final byte[] ids;
  private final int[] ends;

  /**
   * Describes a frame; the arrays are taken over, not copied.
   *
   * @param stored length in the pack, with its tag
   * @param ids the blobs' ids, 32 bytes each, one after the other
   * @param ends where in the plain text each blob ends, the last one's end being the plain length
   */
  public FrameDescription(int stored, byte codec, byte[] ids, int[] ends) {
    if (ends.length == 0 || ids.length != ends.length * BlobId.SIZE) {
      throw new IllegalArgumentException(ids.length + " bytes of ids, " + ends.length + " ends");
    }
    this.stored = stored;
    this.plain = ends[ends.length - 1];
    this.codec = codec;
    this.ids = ids;
    this.ends = ends;
  }

  /** Length in the pack, with its tag. */
  public int stored() {
    return stored;
  }

  /** Length of the plain text when unpacked. */
  public int plain() {
    return plain;
  }

  /** {@link #STORED} or {@link #ZSTD}. */
  public byte codec() {
    return codec;
  }

  /** How many blobs it has, at least one. */
  public int blobs() {
    return ends.length;
  }

  /** The id of a blob by its place, from 0. */
  public BlobId id(int blob) {
    return BlobId.from(ids, blob * BlobId.SIZE);
  }

  /** Where in the plain text a blob begins. */
  public int offset(int blob) {
    return blob == 0 ? 0 : ends[blob - 1];
  }

  /** Length of a blob. */
  public int length(int blob) {
    return ends[blob] - offset(blob);
  }

  /** Whether the blob in this place has this id. */
  boolean has(int blob, BlobId id) {
    return id(blob).equals(id);
  }

  /** Length of its entry in a directory. */
  int encodedSize() {
    return HEAD_SIZE + blobs() * BLOB_SIZE;
  }

  void encode(ByteBuffer out) {
    out.putInt(stored).putInt(plain).put(codec).putInt(blobs());
    for (int i = 0; i < blobs(); i++) {
      out.put(ids, i * BlobId.SIZE, BlobId.SIZE).putInt(length(i));
    }
  }

  /** Reads an entry, believing no length before it was held against what is there. */
  static FrameDescription decode(ByteBuffer in) {
    check(in.remaining() >= HEAD_SIZE, "a frame's entry is cut off");
    int stored = in.getInt();
    int plain = in.getInt();
    byte codec = in.get();
    int blobs = in.getInt();
    check(plain > 0 && plain <= MAX_PLAIN, "a frame claims a plain text of a forbidden length");
    check(codec == STORED || codec == ZSTD, "a frame has an unknown codec");
    check(
        codec == STORED ? stored == plain + TAG : stored > TAG && stored <= mostStored(plain),
        "a frame claims a forbidden stored length");
    check(
        blobs > 0 && blobs <= in.remaining() / BLOB_SIZE, "a frame claims more blobs than listed");
    byte[] ids = new byte[blobs * BlobId.SIZE];
    int[] ends = new int[blobs];
    int end = 0;
    for (int i = 0; i < blobs; i++) {
      in.get(ids, i * BlobId.SIZE, BlobId.SIZE);
      int length = in.getInt();
      check(length > 0 && length <= MAX_BLOB, "a blob claims a forbidden length");
      end += length;
      check(end <= plain, "a frame's blobs are longer than the frame");
      ends[i] = end;
    }
    check(end == plain, "a frame's blobs are shorter than the frame");
    return new FrameDescription(stored, codec, ids, ends);
  }

  // Zstandard's bound, and some more for other writers.
  private static int mostStored(int plain) {
    return plain + (plain >> 8) + 1024 + TAG;
  }

  private static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new MalformedException(otherwise);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof FrameDescription f
        && stored == f.stored
        && codec == f.codec
        && Arrays.equals(ends, f.ends)
        && Arrays.equals(ids, f.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "frame of " + blobs() + " blobs, " + plain + " bytes, stored in " + stored;
  }
}
