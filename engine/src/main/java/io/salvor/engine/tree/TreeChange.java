package io.salvor.engine.tree;

/** One difference of two trees. */
public sealed interface TreeChange {
  /** The key that differs. */
  Key key();

  /** Only the newer tree has it. */
  record Added(TreeItem item) implements TreeChange {
    @Override
    public Key key() {
      return item.key();
    }
  }

  /** Only the older tree has it. */
  record Removed(TreeItem item) implements TreeChange {
    @Override
    public Key key() {
      return item.key();
    }
  }

  /** Both have it, with different values. */
  record Changed(TreeItem before, TreeItem after) implements TreeChange {
    @Override
    public Key key() {
      return before.key();
    }
  }
}
