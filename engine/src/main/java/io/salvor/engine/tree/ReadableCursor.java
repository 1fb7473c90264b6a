package io.salvor.engine.tree;

import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** All entries of a tree that can be read; what cannot is told once, and passed over. */
final class ReadableCursor implements TreeCursor {
  private final NodeCache nodes;
  private final NodeWalk walk;
  private final Tree.Damage damage;
  private @Nullable TreeItem current;

  ReadableCursor(NodeCache nodes, TreeRoot root, Tree.Damage damage) {
    this.nodes = nodes;
    this.walk = new NodeWalk(nodes, root);
    this.damage = damage;
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
        if (!e.code().isDamage() || walk.atTop()) {
          throw e;
        }
        damage.lost(walk.before(), walk.key(), e);
        walk.advance();
      }
    }
  }

  @Override
  public @Nullable TreeItem peek() throws IOException {
    if (current == null) {
      passing(
          () -> {
            while (!walk.ended() && walk.height() > 0) {
              walk.descend();
            }
          });
      if (!walk.ended()) {
        current = new TreeItem(nodes, walk.node(), walk.item());
      }
    }
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
      current = null;
      walk.end();
    } else {
      skip(bound);
    }
  }

  private void skip(byte[] bound) throws IOException {
    current = null;
    passing(() -> walk.skipTo(bound));
  }
}
