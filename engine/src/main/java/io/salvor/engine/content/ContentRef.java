package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** What an entry keeps of its content. */
public sealed interface ContentRef {
  /** The most extents that lie in the entry itself. */
  int MAX_INLINE = 16;

  /** No content. */
  ContentRef EMPTY = new Empty();

  /** The kind of the blobs that it consists of; data if it has none. */
  BlobKind kind();

  /** The same of blobs of another kind, which only the entry tells. */
  ContentRef as(BlobKind kind);

  /** No content. */
  record Empty() implements ContentRef {
    @Override
    public BlobKind kind() {
      return BlobKind.DATA;
    }

    @Override
    public ContentRef as(BlobKind kind) {
      return this;
    }
  }

  /** 1 to {@link #MAX_INLINE} extents in the entry. */
  record Inline(List<Extent> extents) implements ContentRef {
    public Inline {
      extents = List.copyOf(extents);
      if (extents.isEmpty() || extents.size() > MAX_INLINE) {
        throw new IllegalArgumentException(extents.size() + " extents in an entry");
      }
    }

    /**
     * Reads extents as an entry holds them.
     *
     * @throws MalformedException if they are anything else
     */
    public static Inline decode(byte[] bytes) {
      List<Extent> extents = new ArrayList<>();
      ExtentCodec.Input in = new ExtentCodec.Input(bytes, 0, BlobKind.DATA);
      boolean hole = false;
      while (in.remaining() > 0) {
        if (extents.size() == MAX_INLINE) {
          throw new MalformedException("more extents in an entry than may be");
        }
        Extent extent = in.extent();
        if (hole && extent instanceof Extent.Hole) {
          throw new MalformedException("two holes side by side");
        }
        hole = extent instanceof Extent.Hole;
        extents.add(extent);
      }
      if (extents.isEmpty()) {
        throw new MalformedException("a content without extents");
      }
      return new Inline(extents);
    }

    @Override
    public BlobKind kind() {
      for (Extent extent : extents) {
        if (extent instanceof Extent.Data data) {
          return data.kind();
        }
      }
      return BlobKind.DATA;
    }

    @Override
    public ContentRef as(BlobKind kind) {
      List<Extent> others = new ArrayList<>();
      for (Extent extent : extents) {
        others.add(
            extent instanceof Extent.Data(long length, BlobId id, BlobKind _)
                ? new Extent.Data(length, id, kind)
                : extent);
      }
      return new Inline(others);
    }

    /** The extents as an entry holds them. */
    public byte[] encode() {
      ExtentCodec.Output out = new ExtentCodec.Output();
      extents.forEach(out::extent);
      return out.toByteArray();
    }

    /** Length of the content in bytes; negative if 63 bits do not hold it. */
    public long size() {
      long size = 0;
      for (Extent extent : extents) {
        size += extent.length();
        if (size < 0) {
          break;
        }
      }
      return size;
    }
  }

  /**
   * More extents, in a tree of their own.
   *
   * @param id of the topmost node
   * @param level of that node
   * @param extents in all
   * @param kind of the blobs that the extents name
   */
  record ListRoot(BlobId id, int level, long extents, BlobKind kind) implements ContentRef {
    /** Of data blobs. */
    public ListRoot(BlobId id, int level, long extents) {
      this(id, level, extents, BlobKind.DATA);
    }

    public ListRoot {
      if (level < 0 || level > 255 || extents <= MAX_INLINE) {
        throw new IllegalArgumentException("level " + level + ", extents " + extents);
      }
    }

    @Override
    public ContentRef as(BlobKind other) {
      return new ListRoot(id, level, extents, other);
    }
  }
}
