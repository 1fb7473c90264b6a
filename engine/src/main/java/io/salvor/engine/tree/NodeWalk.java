package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in a tree, between its entries or above whole subtrees. The current item has a height: 0
 * for an entry, else one more than the level of the node that is the subtree's top. A walk begins
 * above the whole tree. What a parent says of its child is checked on the way down.
 */
final class NodeWalk {
  private final NodeCache nodes;
  private final TreeRoot root;
  private final Node[] path;
  private final int[] index;
  // Of each node on the path the last key before it, null where there is none.
  private final @Nullable Key[] floors;
  private int depth;
  private boolean ended;

  NodeWalk(NodeCache nodes, TreeRoot root) {
    this.nodes = nodes;
    this.root = root;
    this.path = new Node[root.level() + 1];
    this.index = new int[root.level() + 1];
    this.floors = new Key[root.level() + 1];
  }

  /** Whether everything has been passed. */
  boolean ended() {
    return ended;
  }

  /** Whether it stands above the whole tree still. */
  boolean atTop() {
    return depth == 0 && !ended;
  }

  /** Height of the current item. */
  int height() {
    return root.level() + 1 - depth;
  }

  /** The node that holds the current item, which is not the whole tree. */
  Node node() {
    return path[depth - 1];
  }

  /** The current item's place in {@link #node}. */
  int item() {
    return index[depth - 1];
  }

  /** Key of the current entry. */
  Key key() {
    return node().key(item());
  }

  /** The last key before the current item, null where there is none. */
  @Nullable Key before() {
    return depth == 0 ? null : item() > 0 ? node().key(item() - 1) : floors[depth - 1];
  }

  /** Id of the current subtree's top. */
  BlobId subtree() {
    return depth == 0 ? root.id() : node().child(item());
  }

  /** Goes from a subtree to its first item. */
  void descend() throws IOException {
    Node child = nodes.get(subtree());
    Key floor = before();
    if (depth == 0) {
      child.checkPlace(root.level(), root.entries(), null, null);
    } else {
      child.checkPlace(height() - 1, node().entries(item()), floor, key());
    }
    if (child.items() == 0) {
      ended = true;
      return;
    }
    path[depth] = child;
    index[depth] = 0;
    floors[depth] = floor;
    depth++;
  }

  /** Passes over the current item, to the next at the same height or to one above. */
  void advance() {
    while (depth > 0 && ++index[depth - 1] == path[depth - 1].items()) {
      depth--;
    }
    ended = depth == 0;
  }

  /** Passes over everything. */
  void end() {
    depth = 0;
    ended = true;
  }

  /** Goes to the first entry that is not before {@code bound}, unless it lies behind. */
  void skipTo(byte[] bound) throws IOException {
    while (!ended) {
      if (depth == 0) {
        descend();
        continue;
      }
      if (before(node().last(), bound)) {
        index[depth - 1] = node().items() - 1;
        advance();
        continue;
      }
      index[depth - 1] = node().search(bound, item());
      if (height() == 0) {
        return;
      }
      descend();
    }
  }

  private static boolean before(Key key, byte[] bound) {
    return Arrays.compareUnsigned(key.encoded(), bound) < 0;
  }
}
