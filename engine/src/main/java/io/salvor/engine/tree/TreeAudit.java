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

    /**
     * What parents have said of nodes and was found to be true: by that a node that is known to be
     * sound is held against another parent. Null for who does not ask.
     */
    default @Nullable CheckedPlaces places() {
      return null;
    }

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
    return audit.visit(root.id(), root.level(), root.entries(), null, null);
  }

  private boolean visit(BlobId id, int level, long entries, @Nullable Key after, @Nullable Key last)
      throws IOException {
    boolean known = visitor.isKnownSound(id);
    CheckedPlaces places = visitor.places();
    if (known && (places == null || places.contains(id, level, entries, after, last))) {
      return true;
    }
    Node node;
    try {
      node = nodes.get(id);
      node.checkPlace(level, entries, after, last);
      if (places != null) {
        places.add(id, level, entries, after, last);
      }
    } catch (SalvorException e) {
      visitor.damaged(id, after, last, e);
      return false;
    }
    if (known) {
      return true;
    }
    boolean sound = true;
    Key before = after;
    for (int i = 0; i < node.items(); i++) {
      if (level == 0) {
        sound &= visitor.entry(new TreeItem(nodes, node, i));
      } else {
        Key key = node.key(i);
        sound &= visit(node.child(i), level - 1, node.entries(i), before, key);
        before = key;
      }
    }
    if (sound) {
      visitor.sound(id);
    }
    return sound;
  }
}
