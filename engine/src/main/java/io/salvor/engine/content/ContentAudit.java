package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Visits every extent of a content in order, and passes over what is known to be sound, so that a
 * list whose nodes repeat each other costs no more than its distinct nodes and their items. Finds
 * fault with what {@link ContentReader} finds fault with. For one content and one thread.
 */
public final class ContentAudit {
  /** Is told of blobs. */
  public interface Visitor {
    /** Whether everything at and below a node is known to be sound. */
    boolean isKnownSound(BlobId node);

    /**
     * Looks at a blob of data; returns whether it is sound.
     *
     * @param offset of its first byte in the content
     */
    boolean data(long offset, Extent.Data data);

    /** Everything at and below a node of the list has been seen to be sound. */
    void sound(BlobId node);
  }

  private final BlobSource source;
  private final Visitor visitor;
  // Of this content: visited again they would tell the same, and they may be many times in it.
  private final Set<BlobId> unsound = new HashSet<>();
  private final BlobKind kind;
  private boolean afterHole;

  private ContentAudit(BlobSource source, BlobKind kind, Visitor visitor) {
    this.source = source;
    this.kind = kind;
    this.visitor = visitor;
  }

  /**
   * Visits a content.
   *
   * @param size in bytes, as the entry says
   * @return whether all of it is sound
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED for a list that is not what it
   *     should be
   */
  public static boolean visit(BlobSource source, ContentRef content, long size, Visitor visitor)
      throws IOException {
    ContentAudit audit = new ContentAudit(source, content.kind(), visitor);
    // It holds the sizes against each other.
    ContentReader reader = new ContentReader(source, content, size);
    if (content instanceof ContentRef.ListRoot root) {
      return audit.root(root, size);
    }
    boolean sound = true;
    for (ContentReader.Placed p = reader.next(); p != null; p = reader.next()) {
      sound &= audit.extent(p.offset(), p.extent());
    }
    return sound;
  }

  private boolean root(ContentRef.ListRoot root, long size) throws IOException {
    ListNode node = read(root.id(), root.level(), size, root.extents());
    if (node.level() > 0 && node.items() < 2) {
      throw TreeDamage.of(node.id(), "A root above a single node");
    }
    return visit(node, 0);
  }

  private ListNode read(BlobId id, int level, long length, long extents) throws IOException {
    ListNode node = ListNode.parse(id, source.get(BlobKind.TREE, id), kind);
    if (node.level() != level) {
      throw TreeDamage.of(id, "Its level is not the one its parent says");
    }
    if (node.length() != length || node.extents() != extents) {
      throw TreeDamage.of(id, "It holds not as much as its parent says");
    }
    return node;
  }

  private boolean visit(ListNode node, long offset) throws IOException {
    boolean isUnsound = unsound.contains(node.id());
    if (isUnsound || visitor.isKnownSound(node.id())) {
      if (afterHole && edge(node, true) instanceof Extent.Hole) {
        throw twoHoles(node);
      }
      afterHole = edge(node, false) instanceof Extent.Hole;
      return !isUnsound;
    }
    boolean sound = true;
    ListNode last = null;
    for (int i = 0; i < node.items(); i++) {
      long at = offset + node.start(i);
      if (node.level() == 0) {
        if (afterHole && node.extent(i) instanceof Extent.Hole) {
          throw twoHoles(node);
        }
        sound &= extent(at, node.extent(i));
      } else {
        ListNode child = child(node, i, last);
        sound &= visit(child, at);
        last = child;
      }
    }
    if (sound) {
      visitor.sound(node.id());
    } else {
      unsound.add(node.id());
    }
    return sound;
  }

  /** The node below an item; one that repeats itself is read once. */
  private ListNode child(ListNode node, int item, @Nullable ListNode last) throws IOException {
    if (last != null
        && last.id().equals(node.child(item))
        && last.length() == node.length(item)
        && last.extents() == node.extents(item)) {
      return last;
    }
    return read(node.child(item), node.level() - 1, node.length(item), node.extents(item));
  }

  /** The first extent below a node that was visited before, or the last. */
  private Extent edge(ListNode node, boolean first) throws IOException {
    ListNode at = node;
    while (at.level() > 0) {
      int item = first ? 0 : at.items() - 1;
      at = read(at.child(item), at.level() - 1, at.length(item), at.extents(item));
    }
    return at.extent(first ? 0 : at.items() - 1);
  }

  private static RuntimeException twoHoles(ListNode node) {
    return TreeDamage.of(node.id(), "Two holes side by side");
  }

  private boolean extent(long offset, Extent extent) {
    afterHole = extent instanceof Extent.Hole;
    return !(extent instanceof Extent.Data data) || visitor.data(offset, data);
  }
}
