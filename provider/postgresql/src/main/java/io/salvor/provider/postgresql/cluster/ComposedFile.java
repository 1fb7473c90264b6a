package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A file of a relation of which the server sends the pages that have changed since an earlier
 * backup: the whole file is composed of these and of what the earlier backup has. What is not sent
 * is where the earlier file has it, below the length that the server gives, and zeros else. Its
 * checksum comes of the earlier file's and the changes; so of the earlier file only blocks are read
 * in which a page has changed.
 *
 * <p>Source: PostgreSQL's {@code basebackup_incremental.c}, GetFileBackupMethod, and
 * pg_combinebackup's {@code reconstruct.c}: magic, count of pages, length in pages (4 bytes each,
 * in the server's order), the pages' numbers in ascending order, zeros up to a multiple of the page
 * size if there are pages, the pages.
 */
final class ComposedFile implements FileReceiver {
  private static final int MAGIC = 0xd3ae1f0d;
  private static final int FIXED = 3 * Integer.BYTES;

  /** More than any segment of a relation has. */
  private static final int MOST_PAGES = 1 << 24;

  private static final int PIECE = 64 << 10;

  private final ContentSink to;
  private final int blockSize;
  private final int pageSize;
  private final PriorBackup.Relation prior;
  private final SeekableContent old;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();
  private final byte[] page;
  private final byte[] before;
  private int headerSize = FIXED;
  private @Nullable Header read;
  private int next;
  private int filled;
  private long at;
  private long oldEnd;
  private Crc crc = Crc.EMPTY;
  private Crc.@Nullable Difference difference;

  /**
   * What an incremental file begins with.
   *
   * @param pages that follow, by their numbers
   * @param kept so many of the earlier file's pages stay where nothing else is said
   */
  private record Header(int[] pages, long kept) {
    long length(int pageSize) {
      long last = pages.length == 0 ? 0 : pages[pages.length - 1] + 1L;
      return Math.max(kept, last) * pageSize;
    }
  }

  /**
   * A file.
   *
   * @param blockSize what to cut it into, a multiple of {@code pageSize}
   * @param pageSize the server's
   */
  ComposedFile(ContentSink to, int blockSize, int pageSize, PriorBackup.Relation prior) {
    this.to = to;
    this.blockSize = blockSize;
    this.pageSize = pageSize;
    this.prior = prior;
    this.old = prior.content();
    this.page = new byte[pageSize];
    this.before = new byte[pageSize];
    to.blocks(blockSize);
  }

  @Override
  public void bytes(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      Header known = read;
      if (known == null) {
        int part = Math.min(headerSize - header.size(), end - from);
        header.write(bytes, from, part);
        from += part;
        if (header.size() == headerSize) {
          parse();
        }
      } else if (next == known.pages.length) {
        throw new ProtocolException("an incremental file with more than its pages");
      } else {
        int part = Math.min(pageSize - filled, end - from);
        System.arraycopy(bytes, from, page, filled, part);
        from += part;
        filled += part;
        if (filled == pageSize) {
          filled = 0;
          put((long) known.pages[next++] * pageSize);
        }
      }
    }
  }

  private void parse() throws ProtocolException {
    ByteBuffer in = ByteBuffer.wrap(header.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC && in.order(ByteOrder.BIG_ENDIAN).getInt(0) != MAGIC) {
      throw new ProtocolException("an incremental file that does not begin as one");
    }
    int count = in.getInt(Integer.BYTES);
    int kept = in.getInt(2 * Integer.BYTES);
    if (count < 0 || count > MOST_PAGES || kept < 0 || kept > MOST_PAGES) {
      throw new ProtocolException("an incremental file of " + count + " and " + kept + " pages");
    }
    int size = FIXED + count * Integer.BYTES;
    size = count == 0 ? size : Math.ceilDiv(size, pageSize) * pageSize;
    if (headerSize < size) {
      headerSize = size;
      return;
    }
    int[] pages = new int[count];
    for (int i = 0; i < count; i++) {
      pages[i] = in.getInt(FIXED + i * Integer.BYTES);
      if (pages[i] < 0 || pages[i] >= MOST_PAGES || (i > 0 && pages[i] <= pages[i - 1])) {
        throw new ProtocolException("an incremental file whose pages are not in order");
      }
    }
    read = new Header(pages, kept);
    oldEnd = Math.min((long) kept * pageSize, old.size());
    // Where less than all of the earlier file stays, its checksum is of no use.
    boolean usable = oldEnd == old.size() && oldEnd % pageSize == 0 && prior.crc() != null;
    difference = usable ? Crc.Difference.NONE : null;
    cross();
  }

  /** Brings what was kept before to a place, and the page that has come there. */
  private void put(long place) throws IOException {
    keep(place);
    to.write(page, 0, pageSize);
    Crc.Difference so = difference;
    if (so == null) {
      crc = crc.then(Crc.of(page, 0, pageSize), pageSize);
    } else {
      old.read(place, before, 0, pageSize);
      for (int i = 0; i < pageSize; i++) {
        before[i] ^= page[i];
      }
      difference = so.then(before, pageSize);
    }
    at += pageSize;
    cross();
  }

  /** Goes on to a place by what was there before, and by zeros behind its end. */
  private void keep(long place) throws IOException {
    long stays = Math.min(place, oldEnd) - at;
    if (stays > 0) {
      to.reuse(old, at, stays);
      Crc.Difference so = difference;
      if (so == null) {
        sum(stays);
      } else {
        difference = so.thenEqual(stays);
      }
      at += stays;
      cross();
    }
    if (at < place) {
      crc = crc.thenZeros(place - at);
      byte[] zeros = new byte[(int) Math.min(place - at, PIECE)];
      while (at < place) {
        int part = (int) Math.min(place - at, zeros.length);
        to.write(zeros, 0, part);
        at += part;
      }
    }
  }

  private void sum(long length) throws IOException {
    byte[] piece = new byte[(int) Math.min(length, PIECE)];
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(length - done, piece.length);
      old.read(at + done, piece, 0, part);
      crc = crc.then(Crc.of(piece, 0, part), part);
      done += part;
    }
  }

  /** At the earlier file's end its checksum and the difference become the new one's. */
  private void cross() {
    Crc.Difference so = difference;
    Crc was = prior.crc();
    if (so != null && was != null && at == oldEnd) {
      crc = was.changed(so);
      difference = null;
    }
  }

  /** Whether the earlier file stays as it is; known when all has come. */
  boolean isUnchanged() {
    Header known = read;
    return known != null
        && known.pages.length == 0
        && known.length(pageSize) == old.size()
        && prior.entry().blockSize() == blockSize
        && prior.crc() != null;
  }

  @Override
  public Made end() throws IOException {
    Header known = read;
    if (known == null || next < known.pages.length || filled > 0) {
      throw new ProtocolException("an incremental file that is cut off");
    }
    if (isUnchanged()) {
      return new Made(old.size(), prior.entry().content(), blockSize, prior.crc());
    }
    keep(known.length(pageSize));
    return new Made(at, to.finish(), blockSize, crc);
  }
}
