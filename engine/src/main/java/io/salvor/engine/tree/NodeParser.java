package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Varint;
import java.util.Arrays;

/**
 * Reads a node from bytes that may be anything. What it allocates is bounded by the bytes' length
 * and by {@link NodeLimits}: keys that share long beginnings cannot grow without end.
 */
final class NodeParser {
  private static final int MIN_LEAF_ITEM = 3;
  private static final int MIN_CHILD_ITEM = 2 + BlobId.SIZE + 1;

  private final byte[] bytes;
  private int at = 1;
  private byte[] before = {};
  private long size;

  private NodeParser(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Reads a node or fails with {@link MalformedException}. */
  static Node parse(BlobId id, byte[] bytes) {
    if (bytes.length < 2) {
      throw new MalformedException("a node of " + bytes.length + " bytes");
    }
    return new NodeParser(bytes).node(id);
  }

  private Node node(BlobId id) {
    int level = bytes[0] & 0xff;
    int least = level == 0 ? MIN_LEAF_ITEM : MIN_CHILD_ITEM;
    // Every key but the first has a byte at least, so that more items than this cannot be.
    int items = varint(Math.min(bytes.length / least, NodeLimits.MAX_SIZE + 1));
    if (items == 0 && level > 0) {
      throw new MalformedException("a node above others without items");
    }
    Key[] keys = new Key[items];
    int[] offsets = new int[items];
    long[] numbers = new long[items];
    long entries = 0;
    for (int i = 0; i < items; i++) {
      if (NodeLimits.mustEnd(level, i, size)) {
        throw new MalformedException("a node larger than any may be");
      }
      keys[i] = key(i);
      if (level == 0) {
        value(i, offsets, numbers);
      } else {
        offsets[i] = skip(BlobId.SIZE);
        numbers[i] = varint();
        entries += numbers[i];
        if (numbers[i] == 0 || entries < 0) {
          throw new MalformedException("a wrong number of entries");
        }
        size += NodeLimits.CHILD_SIZE;
      }
    }
    if (at != bytes.length) {
      throw new MalformedException("bytes after the end of a node");
    }
    return new Node(id, level, bytes, keys, offsets, numbers);
  }

  private Key key(int item) {
    int shared = varint(before.length);
    int rest = varint(Math.min(bytes.length - at, Key.MAX_ENCODED - shared));
    byte[] key = Arrays.copyOf(before, shared + rest);
    System.arraycopy(bytes, skip(rest), key, shared, rest);
    if (item > 0) {
      // With the longest shared part, ascending means: longer, or greater at the first difference.
      boolean ascends =
          rest > 0 && (shared == before.length || (key[shared] & 0xff) > (before[shared] & 0xff));
      if (!ascends) {
        throw new MalformedException("keys out of order, or not in their shortest form");
      }
    }
    before = key;
    size += key.length;
    try {
      return Key.decode(key);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("bytes that are no key", e);
    }
  }

  private void value(int item, int[] offsets, long[] numbers) {
    long head = varint();
    boolean reference = (head & 1) != 0;
    long length = head >>> 1;
    boolean allowed =
        reference
            ? length > NodeLimits.MAX_INLINE && length <= TreeBuilder.MAX_VALUE
            : length <= NodeLimits.MAX_INLINE;
    if (!allowed) {
      throw new MalformedException("a value of " + length + " bytes in a wrong place");
    }
    int offset = skip(reference ? BlobId.SIZE : (int) length);
    offsets[item] = reference ? ~offset : offset;
    numbers[item] = length;
    size += reference ? NodeLimits.REFERENCE_SIZE : length;
  }

  private int varint(int max) {
    long value = varint();
    if (value > max) {
      throw new MalformedException("a number of " + value + " over its bound of " + max);
    }
    return (int) value;
  }

  private long varint() {
    long value = Varint.get(bytes, at, bytes.length);
    at += Varint.size(value);
    return value;
  }

  private int skip(int length) {
    if (length > bytes.length - at) {
      throw new MalformedException("a node ends too early");
    }
    int from = at;
    at += length;
    return from;
  }
}
