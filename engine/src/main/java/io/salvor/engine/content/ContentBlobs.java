package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Names every blob of a content once, however often its list repeats itself. */
public final class ContentBlobs {
  /** Is told of blobs. */
  public interface Visitor {
    /** A node of a list; returns whether to look at what it names. */
    boolean node(BlobId id);

    /** A blob of content, data or sensitive. */
    void data(BlobKind kind, BlobId id);
  }

  private ContentBlobs() {}

  /** Visits a content; a list that is not what it should be fails with {@code TREE_DAMAGED}. */
  public static void visit(BlobSource source, ContentRef content, Visitor visitor)
      throws IOException {
    switch (content) {
      case ContentRef.Empty _ -> {}
      case ContentRef.Inline inline -> inline.extents().forEach(e -> extent(e, visitor));
      case ContentRef.ListRoot root -> node(source, root.id(), root.level(), root.kind(), visitor);
    }
  }

  /**
   * How many bytes of a content are no holes. Each node of a list is read once, however often the
   * list repeats itself.
   *
   * @param size in bytes, as the entry says
   */
  public static long bytes(BlobSource source, ContentRef content, long size) throws IOException {
    return switch (content) {
      case ContentRef.Empty _ -> 0;
      case ContentRef.Inline inline -> inline.extents().stream().mapToLong(e -> data(e)).sum();
      case ContentRef.ListRoot root ->
          bytes(source, root.id(), root.level(), size, root.kind(), new HashMap<>());
    };
  }

  private static long bytes(
      BlobSource source,
      BlobId id,
      int level,
      long length,
      BlobKind kind,
      Map<BlobId, Long> counted)
      throws IOException {
    Long known = counted.get(id);
    if (known != null) {
      return Math.min(known, length);
    }
    ListNode node = ListNode.parse(id, source.get(BlobKind.TREE, id), kind);
    if (node.level() != level || node.length() != length) {
      throw TreeDamage.of(id, "It is not what its parent says");
    }
    long bytes = 0;
    for (int i = 0; i < node.items(); i++) {
      bytes +=
          level == 0
              ? data(node.extent(i))
              : bytes(source, node.child(i), level - 1, node.length(i), kind, counted);
    }
    counted.put(id, bytes);
    return bytes;
  }

  private static long data(Extent extent) {
    return extent instanceof Extent.Data data ? data.length() : 0;
  }

  private static void node(BlobSource source, BlobId id, int level, BlobKind kind, Visitor visitor)
      throws IOException {
    if (!visitor.node(id)) {
      return;
    }
    ListNode node = ListNode.parse(id, source.get(BlobKind.TREE, id), kind);
    if (node.level() != level) {
      throw TreeDamage.of(id, "Its level is not the one its parent says");
    }
    for (int i = 0; i < node.items(); i++) {
      if (level == 0) {
        extent(node.extent(i), visitor);
      } else {
        node(source, node.child(i), level - 1, kind, visitor);
      }
    }
  }

  private static void extent(Extent extent, Visitor visitor) {
    if (extent instanceof Extent.Data data) {
      visitor.data(data.kind(), data.id());
    }
  }
}
