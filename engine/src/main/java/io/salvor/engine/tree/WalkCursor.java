package io.salvor.engine.tree;

import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one tree between two bounds; or of what can be read of it, past nodes that are
 * damaged.
 */
final class WalkCursor implements TreeCursor {
  private final NodeCache nodes;
  private final NodeWalk walk;
  private final byte @Nullable [] end;
  private final Tree.@Nullable Damage damage;
  private byte @Nullable [] start;
  private @Nullable TreeItem current;

  /** From {@code start} on (null: the first), up to {@code end} and not including it. */
  WalkCursor(NodeCache nodes, TreeRoot root, byte @Nullable [] start, byte @Nullable [] end) {
    this(nodes, root, start, end, null);
  }

  private WalkCursor(
      NodeCache nodes,
      TreeRoot root,
      byte @Nullable [] start,
      byte @Nullable [] end,
      Tree.@Nullable Damage damage) {
    this.nodes = nodes;
    this.walk = new NodeWalk(nodes, root);
    this.start = start;
    this.end = end;
    this.damage = damage;
  }

  /** Everything that can be read; {@code damage} is told of each subtree that cannot. */
  static WalkCursor readable(NodeCache nodes, TreeRoot root, Tree.Damage damage) {
    return new WalkCursor(nodes, root, null, null, damage);
  }

  private interface Step {
    void take() throws IOException;
  }

  /** Does the step, whose failure leaves the walk at the subtree that cannot be entered. */
  private void passing(Step step) throws IOException {
    while (true) {
      try {
        step.take();
        return;
      } catch (SalvorException e) {
        if (damage == null || !e.code().isDamage() || walk.atTop()) {
          throw e;
        }
        damage.lost(walk.before(), walk.key(), e);
        walk.advance();
      }
    }
  }

  @Override
  public @Nullable TreeItem peek() throws IOException {
    if (current != null) {
      return current;
    }
    byte[] from = start;
    if (from != null) {
      passing(() -> walk.skipTo(from));
      start = null;
    }
    passing(
        () -> {
          while (!walk.ended() && walk.height() > 0) {
            walk.descend();
          }
        });
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
    passing(() -> walk.skipTo(bound));
  }
}
