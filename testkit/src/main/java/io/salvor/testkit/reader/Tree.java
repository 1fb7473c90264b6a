package io.salvor.testkit.reader;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The entries of a tree, in the order of their keys, with every check of §8. */
final class Tree {
  /** Takes the entries. */
  interface Visitor {
    void entry(Key key, byte[] value) throws IOException;
  }

  /**
   * A root as manifests have it.
   *
   * @param entries below it
   */
  record Root(Id blob, int level, long entries) {}

  private final Blobs blobs;
  private final Visitor visitor;
  private @Nullable Key last;

  private Tree(Blobs blobs, Visitor visitor) {
    this.blobs = blobs;
    this.visitor = visitor;
  }

  static void walk(Blobs blobs, Root root, Visitor visitor) throws IOException {
    Tree tree = new Tree(blobs, visitor);
    TreeNode node = tree.node(root.blob(), root.level());
    DamageException.unless(
        root.level() == 0 || node.items().size() >= 2, "the root has a single child");
    DamageException.unless(
        tree.below(node) == root.entries(), "the tree has not as many entries as it should");
  }

  private TreeNode node(Id blob, int level) throws IOException {
    TreeNode node;
    try {
      node = TreeNode.parse(blobs.tree(blob));
    } catch (DamageException e) {
      throw e.in("node " + blob);
    }
    DamageException.unless(node.level() == level, "a node has another level than it should");
    return node;
  }

  /** Visits what is below a node, and counts it. */
  private long below(TreeNode node) throws IOException {
    long entries = 0;
    for (TreeNode.Item item : node.items()) {
      entries +=
          switch (item.payload()) {
            case TreeNode.Inline(byte[] value) -> visit(item.key(), value);
            case TreeNode.OutOfLine(long length, Id blob) -> visit(item.key(), value(blob, length));
            case TreeNode.Child child -> child(node, item.key(), child);
          };
    }
    return entries;
  }

  private long child(TreeNode parent, Key lastKey, TreeNode.Child named) throws IOException {
    TreeNode child = node(named.blob(), parent.level() - 1);
    DamageException.unless(!child.items().isEmpty(), "a node other than the root is empty");
    long entries = below(child);
    DamageException.unless(entries == named.entries(), "a child has another number of entries");
    DamageException.unless(lastKey.equals(last), "a child ends with another key");
    return entries;
  }

  private byte[] value(Id blob, long length) throws IOException {
    byte[] value = blobs.tree(blob);
    DamageException.unless(value.length == length, "a value has another length");
    return value;
  }

  private long visit(Key key, byte[] value) throws IOException {
    DamageException.unless(last == null || last.compareTo(key) < 0, "keys do not ascend");
    last = key;
    visitor.entry(key, value);
    return 1;
  }
}
