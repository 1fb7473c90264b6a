package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.tree.TreeDamage;
import java.util.Arrays;

/** A node of a content list that has been read and found sound in itself. */
final class ListNode {
  /** From so many items on a node ends where the id of its last item says so. */
  static final int MIN_ITEMS = 32;

  /** At so many it ends in any case. */
  static final int MAX_ITEMS = 512;

  /** The bits of the last byte of an id that must equal those of the level. */
  static final int BOUNDARY_MASK = 0x7f;

  private final BlobId id;
  private final int level;
  private final Extent[] parts;
  private final BlobId[] children;
  // ends[i]: bytes of content in the items up to i; counts[i]: extents below a child.
  private final long[] ends;
  private final long[] counts;

  private ListNode(BlobId id, int level, int items) {
    this.id = id;
    this.level = level;
    this.parts = new Extent[level == 0 ? items : 0];
    this.children = new BlobId[level == 0 ? 0 : items];
    this.ends = new long[items];
    this.counts = new long[items];
  }

  /**
   * Reads a node.
   *
   * @param kind of the blobs that the content consists of
   */
  static ListNode parse(BlobId id, byte[] bytes, BlobKind kind) {
    try {
      return read(id, bytes, kind);
    } catch (MalformedException e) {
      throw TreeDamage.of(id, e);
    }
  }

  private static ListNode read(BlobId id, byte[] bytes, BlobKind kind) {
    if (bytes.length < 2) {
      throw new MalformedException("a list node of " + bytes.length + " bytes");
    }
    ExtentCodec.Input in = new ExtentCodec.Input(bytes, 1, kind);
    long items = in.varint();
    if (items < 1 || items > MAX_ITEMS) {
      throw new MalformedException("a list node of " + items + " items");
    }
    ListNode node = new ListNode(id, bytes[0] & 0xff, (int) items);
    long end = 0;
    for (int i = 0; i < items; i++) {
      long length = node.level == 0 ? node.extent(i, in) : node.child(i, in);
      end += length;
      if (end < 0) {
        throw new MalformedException("a content of more than 63 bits");
      }
      node.ends[i] = end;
    }
    if (in.remaining() > 0) {
      throw new MalformedException("bytes after the end of a list node");
    }
    return node;
  }

  private long extent(int i, ExtentCodec.Input in) {
    parts[i] = in.extent();
    counts[i] = 1;
    if (i > 0 && parts[i] instanceof Extent.Hole && parts[i - 1] instanceof Extent.Hole) {
      throw new MalformedException("two holes side by side");
    }
    return parts[i].length();
  }

  private long child(int i, ExtentCodec.Input in) {
    children[i] = in.id();
    long length = in.varint();
    counts[i] = in.varint();
    // An extent has a byte at least.
    if (counts[i] < 1 || length < counts[i]) {
      throw new MalformedException("a child of " + counts[i] + " extents and " + length + " bytes");
    }
    return length;
  }

  BlobId id() {
    return id;
  }

  int level() {
    return level;
  }

  int items() {
    return ends.length;
  }

  /** Bytes of content below this node. */
  long length() {
    return ends[ends.length - 1];
  }

  /** Extents below this node. */
  long extents() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  Extent extent(int item) {
    return parts[item];
  }

  BlobId child(int item) {
    return children[item];
  }

  long extents(int item) {
    return counts[item];
  }

  /** Where an item begins, counted from the beginning of the node. */
  long start(int item) {
    return item == 0 ? 0 : ends[item - 1];
  }

  long length(int item) {
    return ends[item] - start(item);
  }

  /** The item that holds the byte at an offset within the node. */
  int find(long offset) {
    int at = Arrays.binarySearch(ends, offset);
    return at >= 0 ? at + 1 : ~at;
  }
}
