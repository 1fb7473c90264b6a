package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader.Placed;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stored content, whose bytes and extents are got from any offset; going forward is cheap. It
 * keeps the blob that it has read last. For one thread.
 */
public final class SeekableContent {
  private final BlobSource blobs;
  private final ContentReader reader;
  private final long size;
  private @Nullable Placed current;
  private @Nullable BlobId read;
  private byte[] bytes = new byte[0];

  /**
   * A content.
   *
   * @param size in bytes, as the entry says
   */
  public SeekableContent(BlobSource blobs, ContentRef content, long size) {
    this.blobs = blobs;
    this.reader = new ContentReader(blobs, content, size);
    this.size = size;
  }

  /** Length in bytes. */
  public long size() {
    return size;
  }

  /**
   * The extent that holds a byte, and where it begins.
   *
   * @param offset of the byte, below {@link #size}
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED
   */
  public Placed at(long offset) throws IOException {
    if (offset < 0 || offset >= size) {
      throw new IndexOutOfBoundsException(offset + " of " + size + " bytes");
    }
    Placed last = current;
    if (last != null && last.offset() <= offset && offset < end(last)) {
      return last;
    }
    if (last == null || end(last) != offset) {
      reader.seek(offset);
    }
    Placed next = reader.next();
    if (next == null) {
      throw new IllegalStateException("a content ends before its size");
    }
    current = next;
    return next;
  }

  private static long end(Placed placed) {
    return placed.offset() + placed.extent().length();
  }

  /**
   * Reads bytes, holes as zeros.
   *
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED, or what the blobs' source throws
   */
  public void read(long offset, byte[] into, int at, int length) throws IOException {
    for (int done = 0; done < length; ) {
      Placed placed = at(offset + done);
      int within = (int) (offset + done - placed.offset());
      int part = (int) Math.min(length - done, placed.extent().length() - within);
      switch (placed.extent()) {
        case Extent.Hole _ -> Arrays.fill(into, at + done, at + done + part, (byte) 0);
        case Extent.Data data -> System.arraycopy(get(data), within, into, at + done, part);
      }
      done += part;
    }
  }

  private byte[] get(Extent.Data data) throws IOException {
    if (!data.id().equals(read)) {
      bytes = blobs.get(data.kind(), data.id());
      read = data.id();
    }
    if (bytes.length != data.length()) {
      throw TreeDamage.of(data.id(), "A blob is not as long as the content that names it says");
    }
    return bytes;
  }
}
