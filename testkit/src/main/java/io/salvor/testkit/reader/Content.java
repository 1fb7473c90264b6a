package io.salvor.testkit.reader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a file consists of: extents, in the entry or in a tree of their own (§8). */
final class Content {
  private static final int MOST_INLINE = 16;
  private static final int MOST_ITEMS = 512;

  private final Blobs blobs;
  private final List<Extent> extents = new ArrayList<>();
  private long bytes;

  private Content(Blobs blobs) {
    this.blobs = blobs;
  }

  /** A list of extents kept in a tree of tree blobs. */
  record Root(Id blob, int level, long extents) {}

  /** The extents of a file of this size, from whichever of the two its entry has. */
  static List<Extent> read(Blobs blobs, long size, byte @Nullable [] inline, @Nullable Root root)
      throws IOException {
    Content content = new Content(blobs);
    if (inline != null) {
      Bytes in = new Bytes(inline);
      while (in.left() > 0) {
        content.add(Extent.parse(in));
      }
      int n = content.extents.size();
      DamageException.unless(n >= 1 && n <= MOST_INLINE, "an entry has " + n + " extents");
    } else if (root != null) {
      content.node(root.blob(), root.level(), true);
      DamageException.unless(
          content.extents.size() == root.extents() && root.extents() > MOST_INLINE,
          "a content list has not as many extents as it should");
    }
    DamageException.unless(content.bytes == size, "the extents are not as long as the file");
    return content.extents;
  }

  private void node(Id blob, int level, boolean root) throws IOException {
    Bytes in = new Bytes(blobs.tree(blob));
    DamageException.unless(in.u8() == level, "a content node has another level than it should");
    long n = in.varint();
    DamageException.unless(
        n <= MOST_ITEMS && n >= (root && level > 0 ? 2 : 1), "a content node has " + n + " items");
    for (; n > 0; n--) {
      if (level == 0) {
        add(Extent.parse(in));
      } else {
        child(in.blobId(), level - 1, in.varint(), in.varint());
      }
    }
    in.end();
  }

  private void child(Id blob, int level, long length, long count) throws IOException {
    long bytesBefore = bytes;
    int before = extents.size();
    node(blob, level, false);
    DamageException.unless(bytes - bytesBefore == length, "a content node has other bytes below");
    DamageException.unless(
        extents.size() - before == count, "a content node has other extents below");
  }

  private void add(Extent extent) throws DamageException {
    DamageException.unless(
        extents.isEmpty() || !extent.isHole() || !extents.getLast().isHole(),
        "two holes are neighbours");
    extents.add(extent);
    bytes += extent.length();
    DamageException.unless(bytes > 0, "the extents are longer than any file");
  }
}
