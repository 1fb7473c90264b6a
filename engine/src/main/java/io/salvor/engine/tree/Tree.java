package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tree to read (docs/format.md §8). Every question costs what it asks for: nodes beside the way
 * are not read. Safe for several threads; its cursors are for one.
 *
 * <p>Everything fails with {@code TREE_DAMAGED} where a node is not what the format or its parent
 * says, and passes on what the {@link BlobSource} throws.
 */
public final class Tree {
  private final NodeCache nodes;
  private final TreeRoot root;

  /** A tree read through {@code nodes}. */
  public Tree(NodeCache nodes, TreeRoot root) {
    this.nodes = nodes;
    this.root = root;
  }

  /** Where it begins. */
  public TreeRoot root() {
    return root;
  }

  /** Number of entries. */
  public long size() {
    return root.entries();
  }

  /** The value of a key. */
  public Optional<byte[]> get(Key key) throws IOException {
    TreeItem item = find(key);
    return item == null ? Optional.empty() : Optional.of(item.value());
  }

  /** The entry of a key, null if there is none. */
  public @Nullable TreeItem find(Key key) throws IOException {
    NodeWalk walk = new NodeWalk(nodes, root);
    walk.skipTo(key.encoded());
    boolean found = !walk.ended() && walk.key().equals(key);
    return found ? new TreeItem(nodes, walk.node(), walk.item()) : null;
  }

  /** All entries. */
  public TreeCursor all() {
    return new WalkCursor(nodes, root, null, null);
  }

  /**
   * All entries that can be read: what lies below a node that is lost or damaged is told to {@code
   * damage} and passed over.
   *
   * @throws SalvorException as the cursor is used, if the topmost node itself cannot be read
   */
  public TreeCursor readable(Damage damage) {
    return WalkCursor.readable(nodes, root, damage);
  }

  /** Is told of what is passed over. */
  public interface Damage {
    /**
     * Entries are lost.
     *
     * @param after the last key before them, null at the start
     * @param upTo the last of them
     */
    void lost(@Nullable Key after, Key upTo, SalvorException why);
  }

  /** The entries from {@code key} on. */
  public TreeCursor from(Key key) {
    return new WalkCursor(nodes, root, key.encoded(), null);
  }

  /** The entries from {@code from} up to {@code to}, and not including that. */
  public TreeCursor range(Key from, Key to) {
    return new WalkCursor(nodes, root, from.encoded(), to.encoded());
  }

  /** The entry of {@code key} and all below it. */
  public TreeCursor within(Key key) {
    return new WalkCursor(nodes, root, key.encoded(), key.upperBound());
  }

  /** All entries below {@code key}, without its own. */
  public TreeCursor below(Key key) {
    return new WalkCursor(nodes, root, key.lowerBound(), key.upperBound());
  }

  /** What lies directly below {@code key}; nothing deeper is read. */
  public TreeChildren children(Key key) {
    return new TreeChildren(key, below(key));
  }

  /** How many entries lie below {@code key}, its own not counted; reads two paths. */
  public long countBelow(Key key) throws IOException {
    byte[] end = key.upperBound();
    return (end == null ? size() : rank(end)) - rank(key.lowerBound());
  }

  /** How many entries come before {@code bound}. */
  private long rank(byte[] bound) throws IOException {
    long rank = 0;
    NodeWalk walk = new NodeWalk(nodes, root);
    while (walk.height() > 0) {
      walk.descend();
      if (walk.ended()) {
        return rank;
      }
      while (Arrays.compareUnsigned(walk.key().encoded(), bound) < 0) {
        rank += walk.height() == 0 ? 1 : walk.node().entries(walk.item());
        walk.advance();
        if (walk.ended()) {
          return rank;
        }
      }
    }
    return rank;
  }
}
