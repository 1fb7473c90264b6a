package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The list node that is being filled at one level of a {@link ContentWriter}. */
final class ListLevel {
  /** A node that was written: what the level above keeps of it. */
  record Child(BlobId id, long bytes, long extents) {}

  private final int level;
  private final ExtentCodec.Output body = new ExtentCodec.Output();
  private final ExtentCodec.Output whole = new ExtentCodec.Output();
  private int items;
  private long bytes;
  private long extents;
  private @Nullable BlobId last;
  private @Nullable Child first;
  private long written;

  ListLevel(int level) {
    this.level = level;
  }

  void extent(Extent extent) {
    body.extent(extent);
    items++;
    bytes += extent.length();
    extents++;
    last = extent instanceof Extent.Data data ? data.id() : null;
  }

  void child(Child child) {
    body.id(child.id);
    body.varint(child.bytes);
    body.varint(child.extents);
    items++;
    bytes += child.bytes;
    extents += child.extents;
    last = child.id;
  }

  /** Whether the node ends after the item that was added last. */
  boolean ends() {
    return items == ListNode.MAX_ITEMS
        || (items >= ListNode.MIN_ITEMS
            && last != null
            && ((last.d() ^ level) & ListNode.BOUNDARY_MASK) == 0);
  }

  boolean pending() {
    return items > 0;
  }

  long written() {
    return written;
  }

  /** The only node of this level, if there is exactly one and nothing pends. */
  @Nullable Child only() {
    return written == 1 && items == 0 ? first : null;
  }

  /** Writes the node and begins the next. */
  Child finish(BlobSink sink) throws IOException {
    whole.clear();
    whole.octet(level);
    whole.varint(items);
    whole.append(body);
    BlobId id = sink.put(BlobKind.TREE, whole.array(), 0, whole.length());
    Child node = new Child(id, bytes, extents);
    if (first == null) {
      first = node;
    }
    written++;
    body.clear();
    items = 0;
    bytes = 0;
    extents = 0;
    last = null;
    return node;
  }
}
