package io.salvor.engine.index;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a view's file from sorted blob rows, then pack rows, then the list of segments, front to
 * back with two small buffers. It is not forced to the disk: every page is checked when it is read.
 */
final class ViewWriter implements AutoCloseable {
  private static final int BUFFER = 64 * Page.SIZE;
  private static final String PREFIX = "view-";

  private final Path directory;
  private final Temporary temporary;
  private final long file = ThreadLocalRandom.current().nextLong();
  private final long blocks;
  private final Output filter;
  private final Output pages;
  private final long[] words = new long[Filter.BLOCK / 8];
  private long block;
  private long page;
  private int rows;
  private long blobs;
  private int packs;
  private boolean done;

  /** Begins a view of at most so many blobs. */
  ViewWriter(Path directory, Temporaries temporaries, long atMost) throws IOException {
    this.directory = directory;
    this.blocks = Filter.blocks(atMost);
    this.temporary = temporaries.create();
    this.page = new ViewHead(file, atMost, blocks, 0, 0, 0).blobPage();
    this.filter = new Output(temporary.channel(), Page.SIZE);
    this.pages = new Output(temporary.channel(), page * Page.SIZE);
  }

  /** Whether a file of the cache directory is a view. */
  static boolean isView(Path path) {
    return String.valueOf(path.getFileName()).startsWith(PREFIX);
  }

  /** Appends a blob's row; ids never descend. */
  void blob(byte[] bytes, int at) throws IOException {
    long to = Filter.block(Page.getLong(bytes, at), blocks);
    while (block < to) {
      endBlock();
    }
    Filter.add(words, Page.getLong(bytes, at + 8));
    row(bytes, at);
    blobs++;
  }

  /** Begins the packs. */
  void endBlobs() throws IOException {
    while (block < blocks) {
      endBlock();
    }
    filter.flush();
    endPage();
  }

  /** Appends a pack's row. */
  void pack(byte[] bytes, int at) throws IOException {
    row(bytes, at);
    packs++;
  }

  private void endBlock() throws IOException {
    words[words.length - 1] = Filter.check(words, file, block);
    int at = filter.reserve(Filter.BLOCK);
    for (int i = 0; i < words.length; i++) {
      Page.putLong(filter.bytes, at + i * 8, words[i]);
      words[i] = 0;
    }
    block++;
  }

  private void row(byte[] bytes, int at) throws IOException {
    if (rows == 0) {
      pages.reserve(Page.SIZE);
    }
    int start = pages.filled - Page.SIZE;
    System.arraycopy(bytes, at, pages.bytes, start + Page.row(rows), Page.ROW);
    rows++;
    if (rows == Page.ROWS) {
      endPage();
    }
  }

  private void endPage() {
    if (rows > 0) {
      Page.seal(pages.bytes, pages.filled - Page.SIZE, rows, file, page);
      page++;
      rows = 0;
    }
  }

  /** Ends the file, gives it its name, and maps it. */
  View finish(List<ViewHead.Segment> segments) throws IOException {
    endPage();
    pages.flush();
    byte[] list = ViewHead.encode(segments);
    ViewHead head =
        new ViewHead(file, blobs, blocks, packs, list.length, Page.checksum(list, 0, list.length));
    write(temporary.channel(), ByteBuffer.wrap(list), head.segmentPage() * Page.SIZE);
    write(temporary.channel(), ByteBuffer.wrap(head.encode()), 0);
    temporary.channel().close();
    Path target = directory.resolve(PREFIX + HexFormat.of().toHexDigits(file));
    PrivateFiles.rename(temporary.path(), target);
    done = true;
    return View.open(target);
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    long place = at;
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }

  @Override
  public void close() throws IOException {
    if (!done) {
      temporary.channel().close();
      Files.deleteIfExists(temporary.path());
    }
  }

  /** One of the places where the file grows. */
  private static final class Output {
    private final FileChannel channel;
    private final byte[] bytes = new byte[BUFFER];
    private long position;
    private int filled;

    Output(FileChannel channel, long position) {
      this.channel = channel;
      this.position = position;
    }

    /** Room for so many zero bytes, a divisor of the buffer's length. */
    int reserve(int length) throws IOException {
      if (filled == bytes.length) {
        flush();
      }
      int at = filled;
      filled += length;
      Arrays.fill(bytes, at, filled, (byte) 0);
      return at;
    }

    void flush() throws IOException {
      write(channel, ByteBuffer.wrap(bytes, 0, filled), position);
      position += filled;
      filled = 0;
    }
  }
}
