package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks a content's extents from any offset; of a list it reads the nodes on the way. For one
 * thread. A list that is not what the format, the entry or a parent says fails with {@code
 * TREE_DAMAGED}.
 */
public final class ContentReader {
  /**
   * An extent and where it begins in the content.
   *
   * @param offset in bytes
   */
  public record Placed(long offset, Extent extent) {}

  private final BlobSource source;
  private final ContentRef content;
  private final long size;
  // Of a list: the nodes from the root down, and the item in each; those from depth on are old.
  private final @Nullable ListNode[] path;
  private final int[] index;
  private int depth;
  private int item;
  private long offset;
  private boolean afterHole;

  /**
   * A reader at the beginning of a content.
   *
   * @param size of the content in bytes, as the entry says
   */
  public ContentReader(BlobSource source, ContentRef content, long size) {
    this.source = source;
    this.content = content;
    this.size = size;
    int levels = content instanceof ContentRef.ListRoot root ? root.level() + 1 : 0;
    this.path = new ListNode[levels];
    this.index = new int[levels];
    boolean fits =
        switch (content) {
          case ContentRef.Empty _ -> size == 0;
          case ContentRef.Inline inline -> inline.size() == size;
          case ContentRef.ListRoot root -> size >= root.extents();
        };
    if (!fits) {
      throw new IllegalArgumentException("the content has not " + size + " bytes");
    }
  }

  /** Goes to the extent that holds the byte at {@code target}, or behind the last one. */
  public void seek(long target) throws IOException {
    if (target < 0) {
      throw new IllegalArgumentException("an offset of " + target);
    }
    afterHole = false;
    offset = 0;
    if (target >= size) {
      offset = size;
      return;
    }
    switch (content) {
      case ContentRef.Empty _ -> {}
      case ContentRef.Inline(List<Extent> extents) -> {
        item = 0;
        while (offset + extents.get(item).length() <= target) {
          offset += extents.get(item).length();
          item++;
        }
      }
      case ContentRef.ListRoot root -> {
        depth = 0;
        while (depth < path.length) {
          ListNode node = descend(root);
          int at = node.find(target - offset);
          index[depth - 1] = at;
          offset += node.start(at);
        }
      }
    }
  }

  /** The next extent and where it begins; null at the end. */
  public @Nullable Placed next() throws IOException {
    if (offset == size) {
      return null;
    }
    Extent extent =
        switch (content) {
          case ContentRef.Empty _ -> throw new IllegalStateException("an extent of nothing");
          case ContentRef.Inline(List<Extent> extents) -> extents.get(item++);
          case ContentRef.ListRoot root -> fromList(root);
        };
    Placed placed = new Placed(offset, extent);
    offset += extent.length();
    return placed;
  }

  private Extent fromList(ContentRef.ListRoot root) throws IOException {
    while (depth < path.length) {
      descend(root);
      index[depth - 1] = 0;
    }
    ListNode leaf = node(depth - 1);
    Extent extent = leaf.extent(index[depth - 1]);
    if (afterHole && extent instanceof Extent.Hole) {
      throw TreeDamage.of(leaf.id(), "Two holes side by side");
    }
    afterHole = extent instanceof Extent.Hole;
    while (depth > 0 && ++index[depth - 1] == node(depth - 1).items()) {
      depth--;
    }
    return extent;
  }

  /** Goes one node down, to one that was read before if it lies there still. */
  private ListNode descend(ContentRef.ListRoot root) throws IOException {
    ListNode parent = depth == 0 ? null : node(depth - 1);
    int at = parent == null ? 0 : index[depth - 1];
    BlobId id = parent == null ? root.id() : parent.child(at);
    ListNode known = path[depth];
    if (known == null || !known.id().equals(id)) {
      known = ListNode.parse(id, source.get(BlobKind.TREE, id), root.kind());
    }
    if (known.level() != root.level() - depth) {
      throw TreeDamage.of(id, "Its level is not the one its parent says");
    }
    if (known.length() != (parent == null ? size : parent.length(at))
        || known.extents() != (parent == null ? root.extents() : parent.extents(at))) {
      throw TreeDamage.of(id, "It holds not as much as its parent says");
    }
    if (parent == null && known.level() > 0 && known.items() < 2) {
      throw TreeDamage.of(id, "A root above a single node");
    }
    path[depth] = known;
    depth++;
    return known;
  }

  private ListNode node(int level) {
    ListNode node = path[level];
    if (node == null) {
      throw new IllegalStateException("no node on the way");
    }
    return node;
  }
}
