package io.salvor.engine.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file's content as a tar has it. The first blob is fetched before anything is written, so that
 * the loss of a small file spoils no archive.
 */
final class TarContent {
  /** More pieces of data than that are written with their holes as zeros. */
  private static final int MOST_PIECES = 100_000;

  private static final int ZEROS = 1 << 16;

  private final BlobSource blobs;
  private final Entry entry;
  private final byte[] map;
  private final long length;
  private byte @Nullable [] first;

  interface Sink {
    void write(byte[] bytes, int length) throws IOException;
  }

  private TarContent(BlobSource blobs, Entry entry, byte[] map, long length) {
    this.blobs = blobs;
    this.entry = entry;
    this.map = map;
    this.length = length;
  }

  static TarContent of(BlobSource blobs, Entry entry) throws IOException {
    StringBuilder pieces = new StringBuilder();
    int count = 0;
    long data = 0;
    long begin = 0;
    long end = 0;
    boolean holes = false;
    boolean aligned = true;
    Extent.Data head = null;
    ContentReader reader = new ContentReader(blobs, entry.content(), entry.size());
    for (ContentReader.Placed p = reader.next(); p != null; p = reader.next()) {
      if (!(p.extent() instanceof Extent.Data extent)) {
        holes = true;
        continue;
      }
      head = head == null ? extent : head;
      data += extent.length();
      if (p.offset() != end) {
        // Each piece begins with a block, and readers do not agree on what fills the last.
        aligned &= (end - begin) % TarHeader.BLOCK == 0;
        count += piece(pieces, begin, end, count);
        begin = p.offset();
      }
      end = p.offset() + extent.length();
    }
    count += piece(pieces, begin, end, count);
    TarContent content;
    if (holes && aligned && count <= MOST_PIECES) {
      // The end of the file stands as an empty piece, as GNU tar has it.
      pieces.append(entry.size()).append("\n0\n");
      content = new TarContent(blobs, entry, padded((count + 1) + "\n" + pieces), data);
    } else {
      content = new TarContent(blobs, entry, new byte[0], entry.size());
    }
    content.first = head == null ? null : content.fetch(head);
    return content;
  }

  private static int piece(StringBuilder pieces, long begin, long end, int count) {
    if (begin == end) {
      return 0;
    }
    if (count < MOST_PIECES) {
      pieces.append(begin).append('\n').append(end - begin).append('\n');
    }
    return 1;
  }

  private static byte[] padded(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    int blocks = (bytes.length + TarHeader.BLOCK - 1) / TarHeader.BLOCK;
    return java.util.Arrays.copyOf(bytes, blocks * TarHeader.BLOCK);
  }

  /** Where the data lies, in whole blocks; empty if the content is written with its holes. */
  byte[] sparseMap() {
    return map;
  }

  /** Bytes that {@link #copy} writes. */
  long length() {
    return length;
  }

  void copy(Sink sink) throws IOException {
    ContentReader reader = new ContentReader(blobs, entry.content(), entry.size());
    for (ContentReader.Placed p = reader.next(); p != null; p = reader.next()) {
      switch (p.extent()) {
        case Extent.Data data -> {
          byte[] ready = first;
          first = null;
          byte[] bytes = ready != null ? ready : fetch(data);
          sink.write(bytes, bytes.length);
        }
        case Extent.Hole(long hole) -> {
          if (map.length == 0) {
            zeros(sink, hole);
          }
        }
      }
    }
  }

  private static void zeros(Sink sink, long hole) throws IOException {
    byte[] zeros = new byte[(int) Math.min(hole, ZEROS)];
    for (long left = hole; left > 0; left -= zeros.length) {
      sink.write(zeros, (int) Math.min(left, zeros.length));
    }
  }

  private byte[] fetch(Extent.Data data) throws IOException {
    byte[] bytes = blobs.get(data.kind(), data.id());
    if (bytes.length != data.length()) {
      throw TreeDamage.of(data.id(), "A blob is not as long as the content that names it says");
    }
    return bytes;
  }
}
