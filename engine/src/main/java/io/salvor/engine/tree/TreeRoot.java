package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;

/**
 * Where a tree begins, as a manifest names it.
 *
 * @param id of the topmost node
 * @param level of that node; 0 if it is the only one
 * @param entries in the whole tree
 */
public record TreeRoot(BlobId id, int level, long entries) {
  public TreeRoot {
    if (level < 0 || level > 255 || entries < 0) {
      throw new IllegalArgumentException("level " + level + ", entries " + entries);
    }
  }
}
