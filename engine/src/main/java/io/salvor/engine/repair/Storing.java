package io.salvor.engine.repair;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.pack.BlobWriter;
import java.io.IOException;
import java.util.List;

/**
 * Stores blobs, and names their packs each so many bytes and blobs: what no segment names yet is
 * held in memory, and is lost when a repair is cut off.
 */
final class Storing implements AutoCloseable {
  private static final long MOST_BYTES = 256 << 20;
  private static final long MOST_BLOBS = 100_000;

  private final BlobWriter writer;
  private final long mostBytes;
  private long bytes;
  private long blobs;

  /** Takes the writer over. */
  Storing(BlobWriter writer) {
    this(writer, MOST_BYTES);
  }

  Storing(BlobWriter writer, long mostBytes) {
    this.writer = writer;
    this.mostBytes = mostBytes;
  }

  void put(BlobKind kind, byte[] content) throws IOException {
    BlobId _ = writer.put(kind, content, 0, content.length);
    bytes += content.length;
    blobs++;
    if (bytes >= mostBytes || blobs >= MOST_BLOBS) {
      finish();
    }
  }

  /** Makes durable, and named, what was put so far. */
  void finish() throws IOException {
    List<SegmentWriter.Written> _ = writer.writeSegments(writer.flush());
    bytes = 0;
    blobs = 0;
  }

  @Override
  public void close() {
    writer.close();
  }
}
