package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Visits every node and entry of a tree in order, and goes on past what is damaged. */
public final class TreeAudit {
  /** Who is told of it. */
  public interface Visitor {
    /**
     * What is known of a subtree from before.
     *
     * @return true if it is known to be sound, which passes over it
     */
    boolean isKnownSound(BlobId node);

    /** Looks at an entry; returns whether it is sound. */
    boolean entry(TreeItem item) throws IOException;

    /** Everything at and below a node has been seen to be sound. */
    void sound(BlobId node);

    /**
     * A node cannot be read, or is not what its parent says.
     *
     * @param after the last key before it, null at the start
     * @param upTo its last key, null for the root
     */
    void damaged(BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why);
  }

  private final NodeCache nodes;
  private final Visitor visitor;

  private TreeAudit(NodeCache nodes, Visitor visitor) {
    this.nodes = nodes;
    this.visitor = visitor;
  }

  /** Visits the tree; returns whether all of it is sound. */
  public static boolean visit(NodeCache nodes, TreeRoot root, Visitor visitor) throws IOException {
    TreeAudit audit = new TreeAudit(nodes, visitor);
    return audit.visit(root.id(), root.level(), root.entries(), null, null, true);
  }

  private boolean visit(
      BlobId id, int level, long entries, @Nullable Key after, @Nullable Key last, boolean top)
      throws IOException {
    if (visitor.isKnownSound(id)) {
      return true;
    }
    Node node;
    try {
      node = nodes.get(id);
      check(node, level, entries, after, last, top);
    } catch (SalvorException e) {
      visitor.damaged(id, after, last, e);
      return false;
    }
    boolean sound = true;
    Key before = after;
    for (int i = 0; i < node.items(); i++) {
      if (level == 0) {
        sound &= visitor.entry(new TreeItem(nodes, node, i));
      } else {
        Key key = node.key(i);
        sound &= visit(node.child(i), level - 1, node.entries(i), before, key, false);
        before = key;
      }
    }
    if (sound) {
      visitor.sound(id);
    }
    return sound;
  }

  private static void check(
      Node node, int level, long entries, @Nullable Key after, @Nullable Key last, boolean top) {
    if (node.level() != level || node.entries() != entries) {
      throw TreeDamage.of(node.id(), "It is not the node that its parent names");
    }
    if (top) {
      if (level > 0 && node.items() < 2) {
        throw TreeDamage.of(node.id(), "A root above a single node");
      }
    } else if (node.items() == 0 || !node.last().equals(last)) {
      throw TreeDamage.of(node.id(), "Its last key is not the one its parent says");
    }
    if (after != null && node.items() > 0 && node.key(0).compareTo(after) <= 0) {
      throw TreeDamage.of(node.id(), "Its keys do not follow those of the node before it");
    }
  }
}
