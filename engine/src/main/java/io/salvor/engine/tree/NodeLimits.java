package io.salvor.engine.tree;

/** The numbers of docs/format.md §8. */
final class NodeLimits {
  /** From this size on a node ends where the boundary hash says so. */
  static final int MIN_SIZE = 4096;

  /** At this size it ends whatever the hash says. */
  static final int MAX_SIZE = 65_536;

  /** Values over this go out of line. */
  static final int MAX_INLINE = 1024;

  /** What an out-of-line value counts for in a node's size. */
  static final int REFERENCE_SIZE = 32;

  /** What a child counts for in a node's size. */
  static final int CHILD_SIZE = 40;

  /** How far the boundary hash is shifted for the bits that must be zero: the 7 highest. */
  static final int BOUNDARY_SHIFT = 57;

  private NodeLimits() {}

  /** Whether a node of {@code items} items may end at all: an inner one needs two. */
  static boolean mayEnd(int level, int items) {
    return level == 0 || items >= 2;
  }

  /** Whether a node must end here. */
  static boolean mustEnd(int level, int items, long size) {
    return size >= MAX_SIZE && mayEnd(level, items);
  }
}
