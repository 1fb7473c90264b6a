package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A node of the tree (§8). */
record TreeNode(int level, List<Item> items) {
  private static final int HIGHEST = 32;
  private static final int INLINE = 1024;
  private static final int LARGEST_VALUE = 4 << 20;
  private static final int FULL = 65_536;

  /** What an item has beside its key. */
  sealed interface Payload {}

  /** A value in the node. */
  record Inline(byte[] value) implements Payload {}

  /** A value in a tree blob of its own. */
  record OutOfLine(long length, Id blob) implements Payload {}

  /** A node of the level below, whose last key is the item's, and how many entries it leads to. */
  record Child(Id blob, long entries) implements Payload {}

  record Item(Key key, Payload payload) {}

  static TreeNode parse(byte[] blob) throws DamageException {
    Bytes in = new Bytes(blob);
    int level = in.u8();
    DamageException.unless(level <= HIGHEST, "a node has level " + level);
    List<Item> items = new ArrayList<>();
    byte[] before = {};
    long size = 0;
    for (long n = in.varint(); n > 0; n--) {
      boolean full = size >= FULL && (level == 0 || items.size() >= 2);
      DamageException.unless(!full, "a node goes on after it had to end");
      byte[] key = key(in, before, items.isEmpty());
      Payload payload = level == 0 ? value(in) : new Child(in.blobId(), in.varint());
      DamageException.unless(
          !(payload instanceof Child(Id _, long entries)) || entries >= 1, "a child has no entry");
      items.add(new Item(Key.decode(key), payload));
      size += key.length + sizeOf(payload);
      before = key;
    }
    in.end();
    DamageException.unless(level == 0 || !items.isEmpty(), "a node over level 0 has no items");
    return new TreeNode(level, items);
  }

  private static byte[] key(Bytes in, byte[] before, boolean first) throws DamageException {
    long shared = in.varint();
    DamageException.unless(shared <= before.length, "a key shares more than there is");
    byte[] rest = in.take(in.varint());
    byte[] key = Bytes.join(Arrays.copyOf(before, (int) shared), rest);
    DamageException.unless(
        first || Arrays.compareUnsigned(before, key) < 0, "keys of a node do not ascend");
    int common = Arrays.mismatch(before, key);
    DamageException.unless(first || shared == common, "a key shares less than it could");
    return key;
  }

  private static Payload value(Bytes in) throws DamageException {
    long v = in.varint();
    long length = v >> 1;
    DamageException.unless(length <= LARGEST_VALUE, "a value is too long");
    if ((v & 1) == 0) {
      DamageException.unless(length <= INLINE, "a long value is in its node");
      return new Inline(in.take(length));
    }
    DamageException.unless(length > INLINE, "a short value is not in its node");
    return new OutOfLine(length, in.blobId());
  }

  private static int sizeOf(Payload payload) {
    return switch (payload) {
      case Inline(byte[] value) -> value.length;
      case OutOfLine _ -> 32;
      case Child _ -> 40;
    };
  }
}
