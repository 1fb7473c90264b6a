package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import java.io.IOException;

/**
 * An entry of a tree: a key and a value that is read when asked for. Holds on to the node it lies
 * in; not for collecting in great numbers.
 */
public final class TreeItem {
  private final NodeCache nodes;
  private final Node node;
  private final int item;

  TreeItem(NodeCache nodes, Node node, int item) {
    this.nodes = nodes;
    this.node = node;
    this.item = item;
  }

  /** The key. */
  public Key key() {
    return node.key(item);
  }

  /** Length of the value in bytes. */
  public int length() {
    return node.length(item);
  }

  /** Whether the value is a blob of its own, which must be fetched. */
  public boolean isReference() {
    return node.isReference(item);
  }

  /** Id of the blob that is the value, which must be one. */
  public BlobId reference() {
    if (!isReference()) {
      throw new IllegalStateException("the value lies in the node");
    }
    return node.reference(item);
  }

  /** A copy of the value. */
  public byte[] value() throws IOException {
    if (!isReference()) {
      return node.inline(item);
    }
    byte[] value = nodes.value(reference());
    if (value.length != length()) {
      throw TreeDamage.of(node.id(), "A value is not as long as the node says");
    }
    return value;
  }

  /** Whether both have the same value; reads nothing. */
  public boolean sameValue(TreeItem other) {
    return Node.sameValue(node, item, other.node, other.item);
  }

  @Override
  public String toString() {
    return key().toString();
  }
}
