package io.salvor.provider.postgresql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeDamage;
import io.salvor.provider.postgresql.logical.Tables.Taker;
import java.io.IOException;

/** Contents that a repository has. */
record StoredSupply(BlobSource blobs) implements Supply {

  /** What was taken from a server and not stored stands as a hole. */
  @Override
  public boolean has(Entry entry) {
    return !(entry.content() instanceof ContentRef.Inline inline)
        || inline.extents().stream().noneMatch(extent -> extent instanceof Extent.Hole);
  }

  @Override
  public void read(Key key, Entry entry, Taker taker) throws IOException {
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
}
