package io.salvor.engine.restore;

/**
 * A set of files by device and inode: 16 bytes a slot, two thirds of the slots used at most, so
 * that a million files take some 32 MiB. For one thread.
 */
public final class FileSet {
  private static final int SMALLEST = 64;

  private long[] slots = new long[2 * SMALLEST];
  private int size;
  private boolean hasZero;

  /** Adds one; false if it was there. */
  public boolean add(long device, long inode) {
    if (device == 0 && inode == 0) {
      boolean added = !hasZero;
      hasZero = true;
      return added;
    }
    int at = find(slots, device, inode);
    if (isUsed(slots, at)) {
      return false;
    }
    put(slots, at, device, inode);
    size++;
    if (3L * size > slots.length) {
      grow();
    }
    return true;
  }

  /** Whether it was added. */
  public boolean contains(long device, long inode) {
    return device == 0 && inode == 0 ? hasZero : isUsed(slots, find(slots, device, inode));
  }

  private void grow() {
    long[] larger = new long[Math.multiplyExact(2, slots.length)];
    for (int at = 0; at < slots.length; at += 2) {
      if (isUsed(slots, at)) {
        put(larger, find(larger, slots[at], slots[at + 1]), slots[at], slots[at + 1]);
      }
    }
    slots = larger;
  }

  /** Where it is, or the free slot where it would be. */
  private static int find(long[] slots, long device, long inode) {
    long hash = (inode * 0x9E3779B97F4A7C15L) ^ (device * 0xC2B2AE3D27D4EB4FL);
    hash ^= hash >>> 32;
    int at = (int) (hash & (slots.length / 2 - 1)) * 2;
    while (isUsed(slots, at) && (slots[at] != device || slots[at + 1] != inode)) {
      at = at + 2 == slots.length ? 0 : at + 2;
    }
    return at;
  }

  private static boolean isUsed(long[] slots, int at) {
    return slots[at] != 0 || slots[at + 1] != 0;
  }

  private static void put(long[] slots, int at, long device, long inode) {
    slots[at] = device;
    slots[at + 1] = inode;
  }
}
