package io.salvor.engine.tree;

import io.salvor.engine.codec.SipHash;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Entries to build trees of. */
final class Samples {
  static final SipHash BOUNDARY = new SipHash(new byte[16]);

  private Samples() {}

  /** Anything: nasty keys, deep and flat, values from none to out of line, up to 400 entries. */
  static TreeMap<Key, byte[]> map(long seed) {
    Random random = new Random(seed);
    TreeMap<Key, byte[]> map = new TreeMap<>();
    int n = random.nextInt(400);
    int largest = 1 + random.nextInt(1500);
    for (int i = 0; i < n; i++) {
      map.put(key(random), value(random, random.nextInt(largest)));
    }
    return map;
  }

  /** The same with some entries added, removed and changed. */
  static TreeMap<Key, byte[]> edited(TreeMap<Key, byte[]> map, long seed) {
    Random random = new Random(seed);
    TreeMap<Key, byte[]> edited = new TreeMap<>(map);
    for (int i = random.nextInt(20); i > 0; i--) {
      Key key = key(random);
      Key near = edited.ceilingKey(key);
      switch (random.nextInt(3)) {
        case 0 -> edited.put(key, value(random, random.nextInt(1500)));
        case 1 -> edited.keySet().removeIf(k -> k.equals(near));
        default -> edited.put(near == null ? key : near, value(random, random.nextInt(1500)));
      }
    }
    return edited;
  }

  static Key key(Random random) {
    Key key = Key.ROOT;
    for (int depth = random.nextInt(5); depth > 0; depth--) {
      byte[] part = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 60 : 2)];
      for (int i = 0; i < part.length; i++) {
        part[i] = (byte) new int[] {0, 1, 2, 'a', 'b', '/', 0x7f, 0xc3, 0xff}[random.nextInt(9)];
      }
      key = key.child(part);
    }
    return key;
  }

  static byte[] value(Random random, int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  /** {@code n} files in directories of a thousand, values of about a hundred bytes. */
  static TreeMap<Key, byte[]> files(int n) {
    TreeMap<Key, byte[]> map = new TreeMap<>();
    for (int i = 0; i < n; i++) {
      map.put(file(i), fileValue(i, 0));
    }
    return map;
  }

  static Key file(int i) {
    return Key.of("dir-%05d".formatted(i / 1000), "file-%07d.txt".formatted(i));
  }

  static byte[] fileValue(int i, int version) {
    return value(new Random(31L * i + version), 90 + i % 20);
  }

  static TreeRoot build(MemoryBlobs blobs, Map<Key, byte[]> map) {
    try {
      TreeBuilder builder = new TreeBuilder(blobs, BOUNDARY);
      for (var entry : map.entrySet()) {
        builder.add(entry.getKey(), entry.getValue());
      }
      return builder.finish();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Tree tree(Map<Key, byte[]> map) {
    MemoryBlobs blobs = new MemoryBlobs();
    return new Tree(new NodeCache(blobs), build(blobs, map));
  }
}
