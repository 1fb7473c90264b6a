package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A node that has been read and found sound: keys ascending, counts right. What only its place in a
 * tree can tell is checked by {@link #checkPlace}.
 */
final class Node {
  private final BlobId id;
  private final int level;
  private final byte[] bytes;
  private final Key[] keys;
  // Level 0: of inline values the offset, of references its complement; else offsets of ids.
  private final int[] offsets;
  // Level 0: lengths of values; else numbers of entries.
  private final long[] numbers;
  private final long entries;

  Node(BlobId id, int level, byte[] bytes, Key[] keys, int[] offsets, long[] numbers) {
    this.id = id;
    this.level = level;
    this.bytes = bytes;
    this.keys = keys;
    this.offsets = offsets;
    this.numbers = numbers;
    long sum = keys.length;
    if (level > 0) {
      sum = 0;
      for (long number : numbers) {
        sum += number;
      }
    }
    this.entries = sum;
  }

  BlobId id() {
    return id;
  }

  int level() {
    return level;
  }

  /** Number of items. */
  int items() {
    return keys.length;
  }

  /** Number of entries at and below this node. */
  long entries() {
    return entries;
  }

  /** Key of an entry, or the last key below a child. */
  Key key(int item) {
    return keys[item];
  }

  Key last() {
    return keys[keys.length - 1];
  }

  /** Number of entries below a child. */
  long entries(int item) {
    return numbers[item];
  }

  /** Id of a child. */
  BlobId child(int item) {
    return BlobId.from(bytes, offsets[item]);
  }

  /** Whether an entry's value is a blob. */
  boolean isReference(int item) {
    return offsets[item] < 0;
  }

  /** Id of an entry's value that is a blob. */
  BlobId reference(int item) {
    return BlobId.from(bytes, ~offsets[item]);
  }

  /** Length of an entry's value. */
  int length(int item) {
    return (int) numbers[item];
  }

  /** A copy of an entry's value that lies in the node. */
  byte[] inline(int item) {
    return Arrays.copyOfRange(bytes, offsets[item], offsets[item] + length(item));
  }

  /** Whether two entries have the same value. */
  static boolean sameValue(Node a, int i, Node b, int j) {
    if (a.numbers[i] != b.numbers[j] || a.isReference(i) != b.isReference(j)) {
      return false;
    }
    int n = a.isReference(i) ? BlobId.SIZE : a.length(i);
    int from = a.isReference(i) ? ~a.offsets[i] : a.offsets[i];
    int other = b.isReference(j) ? ~b.offsets[j] : b.offsets[j];
    return Arrays.equals(a.bytes, from, from + n, b.bytes, other, other + n);
  }

  /** The first item at or after {@code from} whose key is not before {@code bound}. */
  int search(byte[] bound, int from) {
    int low = from;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(keys[middle].encoded(), bound) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Holds the node against what is said where it is named.
   *
   * @param after the last key before it, null at the start
   * @param last the last key it may have, null for a root
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED if it does not belong there
   */
  void checkPlace(int level, long entries, @Nullable Key after, @Nullable Key last) {
    if (this.level != level) {
      throw TreeDamage.of(id, "Its level is not the one its parent says");
    }
    if (this.entries != entries) {
      throw TreeDamage.of(id, "It has not as many entries as its parent says");
    }
    if (last == null) {
      if (level > 0 && items() < 2) {
        throw TreeDamage.of(id, "A root above a single node");
      }
    } else if (items() == 0 || !last().equals(last)) {
      throw TreeDamage.of(id, "Its last key is not the one its parent says");
    }
    if (after != null && key(0).compareTo(after) <= 0) {
      throw TreeDamage.of(id, "Its keys do not follow those of the node before it");
    }
  }

  /** Memory that this takes, about. */
  long weight() {
    long weight = 128L + bytes.length + 80L * keys.length;
    for (Key key : keys) {
      weight += key.encoded().length;
    }
    return weight;
  }
}
