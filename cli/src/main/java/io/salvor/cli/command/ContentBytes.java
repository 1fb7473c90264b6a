package io.salvor.cli.command;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;

/** The bytes of an entry's content, in order and in pieces. */
final class ContentBytes {
  private static final int ZEROS = 1 << 16;

  /** Takes a piece. */
  interface Taker {
    /** The next bytes; false for no more of them. */
    boolean take(byte[] bytes, int length) throws IOException;

    /** So many zeros; false for no more of them. */
    default boolean skip(long zeros) throws IOException {
      byte[] piece = new byte[(int) Math.min(zeros, ZEROS)];
      for (long left = zeros; left > 0; left -= ZEROS) {
        if (!take(piece, (int) Math.min(left, ZEROS))) {
          return false;
        }
      }
      return true;
    }
  }

  private ContentBytes() {}

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
          if (!taker.take(bytes, bytes.length)) {
            return;
          }
        }
        case Extent.Hole hole -> {
          if (!taker.skip(hole.length())) {
            return;
          }
        }
      }
    }
  }
}
