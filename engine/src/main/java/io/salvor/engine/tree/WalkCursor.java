package io.salvor.engine.tree;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The entries of one tree between two bounds. */
final class WalkCursor implements TreeCursor {
  private final NodeCache nodes;
  private final NodeWalk walk;
  private final byte @Nullable [] end;
  private byte @Nullable [] start;
  private @Nullable TreeItem current;

  /** From {@code start} on (null: the first), up to {@code end} and not including it. */
  WalkCursor(NodeCache nodes, TreeRoot root, byte @Nullable [] start, byte @Nullable [] end) {
    this.nodes = nodes;
    this.walk = new NodeWalk(nodes, root);
    this.start = start;
    this.end = end;
  }

  @Override
  public @Nullable TreeItem peek() throws IOException {
    if (current != null) {
      return current;
    }
    if (start != null) {
      walk.skipTo(start);
      start = null;
    }
    while (!walk.ended() && walk.height() > 0) {
      walk.descend();
    }
    if (walk.ended() || (end != null && Arrays.compareUnsigned(walk.key().encoded(), end) >= 0)) {
      return null;
    }
    current = new TreeItem(nodes, walk.node(), walk.item());
    return current;
  }

  @Override
  public @Nullable TreeItem next() throws IOException {
    TreeItem item = peek();
    if (item != null) {
      current = null;
      walk.advance();
    }
    return item;
  }

  @Override
  public void skipTo(Key key) throws IOException {
    skip(key.encoded());
  }

  @Override
  public void skipPast(Key key) throws IOException {
    byte[] bound = key.upperBound();
    if (bound == null) {
      start = null;
      current = null;
      walk.end();
    } else {
      skip(bound);
    }
  }

  private void skip(byte[] bound) throws IOException {
    if (start != null && Arrays.compareUnsigned(start, bound) >= 0) {
      return;
    }
    start = null;
    current = null;
    walk.skipTo(bound);
  }
}
