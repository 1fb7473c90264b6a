package io.salvor.engine.content;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.tree.TreeDamage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Contents without holes, in pieces from the beginning to the end. */
public final class ContentBytes {
  /** Takes pieces. */
  public interface Taker {
    /** The next piece; it is not to be changed. */
    void take(byte[] bytes, int length) throws IOException;
  }

  private ContentBytes() {}

  /**
   * Hands all of it over.
   *
   * @param size in bytes, as the entry says
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED, or what the blobs' source throws
   */
  public static void read(BlobSource blobs, ContentRef content, long size, Taker taker)
      throws IOException {
    ContentReader extents = new ContentReader(blobs, content, size);
    for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
      switch (p.extent()) {
        case Extent.Data data -> {
          byte[] bytes = blobs.get(data.kind(), data.id());
          if (bytes.length != data.length()) {
            throw TreeDamage.of(
                data.id(), "A blob is not as long as the content that names it says");
          }
          taker.take(bytes, bytes.length);
        }
        case Extent.Hole _ -> throw new IOException("a hole in what no hole can be in");
      }
    }
  }

  /** All of it, for what is small by nature. */
  public static byte[] all(BlobSource blobs, ContentRef content, long size) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    read(blobs, content, size, (bytes, length) -> all.write(bytes, 0, length));
    return all.toByteArray();
  }
}
