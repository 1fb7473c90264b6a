package io.salvor.engine.tree;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The differences of two trees in order of their keys. Equal subtrees are passed over unread, so
 * that it costs what differs. Both trees belong to one repository. For one thread.
 */
public final class TreeDiff {
  private final NodeCache nodes;
  private final NodeWalk before;
  private final NodeWalk after;
  private final byte @Nullable [] end;
  private byte @Nullable [] start;

  /** All differences. */
  public TreeDiff(NodeCache nodes, TreeRoot before, TreeRoot after) {
    this(nodes, before, after, Key.ROOT);
  }

  /** The differences at and below {@code within}. */
  public TreeDiff(NodeCache nodes, TreeRoot before, TreeRoot after, Key within) {
    this.nodes = nodes;
    this.before = new NodeWalk(nodes, before);
    this.after = new NodeWalk(nodes, after);
    this.start = within.isRoot() ? null : within.encoded();
    this.end = within.upperBound();
  }

  /** The next difference; null at the end. */
  public @Nullable TreeChange next() throws IOException {
    begin();
    while (true) {
      if (before.ended()) {
        return atEntry(after) ? added() : null;
      }
      if (after.ended()) {
        return atEntry(before) ? removed() : null;
      }
      int height = before.height();
      if (height != after.height()) {
        (height > after.height() ? before : after).descend();
      } else if (height > 0) {
        if (before.subtree().equals(after.subtree())) {
          pass();
        } else {
          before.descend();
          after.descend();
        }
      } else {
        int order = before.key().compareTo(after.key());
        if (behind(order <= 0 ? before : after)) {
          return null;
        }
        if (order < 0) {
          return removed();
        }
        if (order > 0) {
          return added();
        }
        TreeItem old = item(before);
        TreeItem young = item(after);
        pass();
        if (!old.sameValue(young)) {
          return new TreeChange.Changed(old, young);
        }
      }
    }
  }

  private void begin() throws IOException {
    if (start != null) {
      if (before.subtree().equals(after.subtree())) {
        pass();
      } else {
        before.skipTo(start);
        after.skipTo(start);
      }
      start = null;
    }
  }

  private boolean atEntry(NodeWalk walk) throws IOException {
    while (!walk.ended() && walk.height() > 0) {
      walk.descend();
    }
    return !walk.ended() && !behind(walk);
  }

  private boolean behind(NodeWalk walk) {
    return end != null && Arrays.compareUnsigned(walk.key().encoded(), end) >= 0;
  }

  private void pass() {
    before.advance();
    after.advance();
  }

  private TreeChange added() {
    TreeItem item = item(after);
    after.advance();
    return new TreeChange.Added(item);
  }

  private TreeChange removed() {
    TreeItem item = item(before);
    before.advance();
    return new TreeChange.Removed(item);
  }

  private TreeItem item(NodeWalk walk) {
    return new TreeItem(nodes, walk.node(), walk.item());
  }
}
