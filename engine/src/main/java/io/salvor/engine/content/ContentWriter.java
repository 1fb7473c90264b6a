package io.salvor.engine.content;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one content of extents in order; neighbouring holes become one. It holds one unfinished
 * node for each level, however long the list. For one thread; of no use after a failure.
 */
public final class ContentWriter {
  private final BlobSink sink;
  private final List<Extent> few = new ArrayList<>();
  private final List<ListLevel> levels = new ArrayList<>();
  private long hole;
  private long size;
  private long extents;
  private BlobKind kind = BlobKind.DATA;

  /** Writes list nodes, where there are any, to {@code sink}. */
  public ContentWriter(BlobSink sink) {
    this.sink = sink;
  }

  /** Adds the next extent. */
  public void add(Extent extent) throws IOException {
    size = Math.addExact(size, extent.length());
    if (extent instanceof Extent.Hole(long length)) {
      hole = new Extent.Hole(hole + length).length();
    } else {
      flushHole();
      if (extent instanceof Extent.Data data) {
        kind = data.kind();
      }
      put(extent);
    }
  }

  /** Bytes of content so far. */
  public long size() {
    return size;
  }

  /** Ends the content. */
  public ContentRef finish() throws IOException {
    flushHole();
    if (extents == 0) {
      return ContentRef.EMPTY;
    }
    if (levels.isEmpty()) {
      return new ContentRef.Inline(few);
    }
    for (int i = 0; i < levels.size(); i++) {
      ListLevel level = levels.get(i);
      ListLevel.@Nullable Child top = level.only();
      if (level.pending()) {
        boolean single = level.written() == 0;
        ListLevel.Child node = level.finish(sink);
        if (single) {
          top = node;
        } else {
          above(i).child(node);
        }
      }
      if (top != null) {
        return new ContentRef.ListRoot(top.id(), i, extents, kind);
      }
    }
    throw new IllegalStateException("the highest level has more than one node");
  }

  private void flushHole() throws IOException {
    if (hole > 0) {
      put(new Extent.Hole(hole));
      hole = 0;
    }
  }

  private void put(Extent extent) throws IOException {
    extents++;
    if (extents <= ContentRef.MAX_INLINE) {
      few.add(extent);
      return;
    }
    if (levels.isEmpty()) {
      levels.add(new ListLevel(0));
      for (Extent early : few) {
        levels.getFirst().extent(early);
      }
      few.clear();
    }
    levels.getFirst().extent(extent);
    for (int i = 0; levels.get(i).ends(); i++) {
      ListLevel.Child node = levels.get(i).finish(sink);
      above(i).child(node);
    }
  }

  private ListLevel above(int level) {
    if (level + 1 == levels.size()) {
      levels.add(new ListLevel(level + 1));
    }
    return levels.get(level + 1);
  }
}
