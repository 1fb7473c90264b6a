package io.salvor.provider.postgresql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.TreeDamage;
import io.salvor.provider.postgresql.logical.Tables.Taker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Contents of a backup's entries, in pieces. */
final class Contents {
  private Contents() {}

  /** Hands all of it over. */
  static void read(BlobSource blobs, Entry entry, Taker taker) throws IOException {
    ContentReader extents = new ContentReader(blobs, entry.content(), entry.size());
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
        case Extent.Hole _ -> throw new IOException("a hole in what a database has been read from");
      }
    }
  }

  /** As a text, which a definition is. */
  static String text(BlobSource blobs, Entry entry) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    read(blobs, entry, (bytes, length) -> text.write(bytes, 0, length));
    return text.toString(StandardCharsets.UTF_8);
  }
}
