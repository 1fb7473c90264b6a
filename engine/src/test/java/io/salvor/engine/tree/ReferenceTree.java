package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tree of docs/format.md §8, written a second time from the text alone, all in memory and
 * without regard to speed.
 */
final class ReferenceTree {
  private record Item(byte[] key, byte[] payload, long size, long entries) {}

  private final MemoryBlobs blobs;

  private ReferenceTree(MemoryBlobs blobs) {
    this.blobs = blobs;
  }

  static TreeRoot build(MemoryBlobs blobs, TreeMap<Key, byte[]> map) {
    return new ReferenceTree(blobs).build(map);
  }

  private TreeRoot build(TreeMap<Key, byte[]> map) {
    List<Item> items = new ArrayList<>();
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      byte[] value = entry.getValue();
      ByteArrayOutputStream payload = new ByteArrayOutputStream();
      long size;
      if (value.length > 1024) {
        varint(payload, 2L * value.length + 1);
        payload.writeBytes(put(value).bytes());
        size = 32;
      } else {
        varint(payload, 2L * value.length);
        payload.writeBytes(value);
        size = value.length;
      }
      byte[] key = entry.getKey().encoded();
      items.add(new Item(key, payload.toByteArray(), key.length + size, 1));
    }
    int level = 0;
    List<Item> nodes = level(0, items);
    while (nodes.size() > 1) {
      level++;
      nodes = level(level, nodes);
    }
    return new TreeRoot(BlobId.from(nodes.get(0).payload, 0), level, map.size());
  }

  /** Cuts a level into nodes; gives the items of the level above. */
  private List<Item> level(int level, List<Item> items) {
    List<Item> above = new ArrayList<>();
    int from = 0;
    long size = 0;
    for (int i = 0; i < items.size(); i++) {
      size += items.get(i).size;
      byte[] key = items.get(i).key;
      byte[] hashed = new byte[key.length + 1];
      hashed[0] = (byte) level;
      System.arraycopy(key, 0, hashed, 1, key.length);
      long hash = Samples.BOUNDARY.hash(hashed, 0, hashed.length);
      boolean ends = size >= 65_536 || (size >= 4096 && (hash & 0xfe00_0000_0000_0000L) == 0);
      if (level > 0 && i - from + 1 < 2) {
        ends = false;
      }
      if (ends) {
        above.add(node(level, items.subList(from, i + 1)));
        from = i + 1;
        size = 0;
      }
    }
    if (from < items.size() || items.isEmpty()) {
      above.add(node(level, items.subList(from, items.size())));
    }
    return above;
  }

  private Item node(int level, List<Item> items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(level);
    varint(out, items.size());
    byte[] before = {};
    long entries = 0;
    for (Item item : items) {
      int shared = 0;
      while (shared < Math.min(before.length, item.key.length)
          && before[shared] == item.key[shared]) {
        shared++;
      }
      varint(out, shared);
      varint(out, item.key.length - shared);
      out.writeBytes(Arrays.copyOfRange(item.key, shared, item.key.length));
      out.writeBytes(item.payload);
      if (level > 0) {
        varint(out, item.entries);
      }
      before = item.key;
      entries += item.entries;
    }
    return new Item(before, put(out.toByteArray()).bytes(), before.length + 40L, entries);
  }

  private BlobId put(byte[] bytes) {
    return blobs.put(io.salvor.engine.blob.BlobKind.TREE, bytes, 0, bytes.length);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    while (value >= 128) {
      out.write((int) (value % 128 + 128));
      value /= 128;
    }
    out.write((int) value);
  }
}
