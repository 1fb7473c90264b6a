package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.content.ContentReader.Placed;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.ContentWriter;
import io.salvor.engine.content.Extent;
import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.source.ContentSink;
import java.io.IOException;
import java.util.Arrays;

/** Cuts the content of one entry into blobs. A chunk never crosses a hole. */
final class ContentCutter implements ContentSink {
  private static final int FIRST_BUFFER = 64 << 10;

  private final BlobSink blobs;
  private final BlobKind kind;
  private final ContentWriter list;
  private Chunker chunker;
  private byte[] buffer = new byte[0];
  private int filled;
  private int block;

  /**
   * @param kind of the blobs: data or sensitive
   */
  ContentCutter(BlobSink blobs, BlobKind kind, Chunker chunker) {
    this.blobs = blobs;
    this.kind = kind;
    this.chunker = chunker;
    this.list = new ContentWriter(blobs);
  }

  @Override
  public void blocks(int size) {
    if (filled > 0) {
      throw new IllegalStateException("something was written before the block size was told");
    }
    chunker = Chunker.blocks(size);
    block = size;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int taken = chunker.next(bytes, at, end);
      if (taken == Chunker.NONE) {
        keep(bytes, at, end - at);
        return;
      }
      if (filled == 0) {
        put(bytes, at, taken);
      } else {
        keep(bytes, at, taken);
        flush();
      }
      at += taken;
    }
  }

  @Override
  public void reuse(SeekableContent from, long offset, long length) throws IOException {
    byte[] edge = new byte[0];
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Placed placed = from.at(at);
      if (filled == 0
          && placed.offset() == at
          && placed.extent() instanceof Extent.Data data
          && data.kind() == kind
          && data.length() == block
          && block <= end - at) {
        list.add(data);
        at += block;
        continue;
      }
      long rest = placed.offset() + placed.extent().length() - at;
      int part = (int) Math.min(Math.min(rest, end - at), FIRST_BUFFER);
      edge = edge.length < part ? new byte[part] : edge;
      from.read(at, edge, 0, part);
      write(edge, 0, part);
      at += part;
    }
  }

  @Override
  public void hole(long length) throws IOException {
    if (length == 0) {
      return;
    }
    flush();
    chunker.reset();
    list.add(new Extent.Hole(length));
  }

  @Override
  public ContentRef finish() throws IOException {
    flush();
    chunker.reset();
    return list.finish();
  }

  private void keep(byte[] bytes, int offset, int length) {
    if (buffer.length - filled < length) {
      int size = Math.max(Math.max(FIRST_BUFFER, 2 * buffer.length), filled + length);
      buffer = Arrays.copyOf(buffer, Math.min(Math.max(chunker.maximum(), filled + length), size));
    }
    System.arraycopy(bytes, offset, buffer, filled, length);
    filled += length;
  }

  private void flush() throws IOException {
    if (filled > 0) {
      put(buffer, 0, filled);
      filled = 0;
    }
  }

  private void put(byte[] bytes, int offset, int length) throws IOException {
    BlobId id = blobs.put(kind, bytes, offset, length);
    list.add(new Extent.Data(length, id, kind));
  }
}
