package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.source.ContentSink;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file that is stored as it is sent, but for what is left of other segments in one of WAL. */
final class PlainFile implements FileReceiver {
  private final ContentSink to;
  private final int blockSize;
  private final @Nullable WalPages wal;
  private final byte[] page;
  private long taken;

  /**
   * A file.
   *
   * @param blockSize what to cut it into; 0 to cut it by its content
   */
  PlainFile(ContentSink to, int blockSize, Optional<WalPages> wal) {
    this.to = to;
    this.blockSize = blockSize;
    this.wal = wal.orElse(null);
    this.page = new byte[wal.map(WalPages::size).orElse(0)];
    if (blockSize > 0) {
      to.blocks(blockSize);
    }
  }

  @Override
  public void bytes(byte[] bytes, int offset, int length) throws IOException {
    if (wal == null) {
      to.write(bytes, offset, length);
      taken += length;
    } else {
      pages(wal, bytes, offset, length);
    }
  }

  /** What is left of another segment is no use to anybody, and is not stored. */
  private void pages(WalPages segment, byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int at = (int) (taken % page.length);
      int part = Math.min(page.length - at, length - done);
      System.arraycopy(bytes, offset + done, page, at, part);
      done += part;
      taken += part;
      if (at + part == page.length) {
        if (segment.isOwn(page, 0, taken - page.length)) {
          to.write(page, 0, page.length);
        } else {
          to.hole(page.length);
        }
      }
    }
  }

  @Override
  public Made end() throws IOException {
    return new Made(taken, to.finish(), blockSize, null);
  }
}
