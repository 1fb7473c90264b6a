package io.salvor.provider.postgresql.rows;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A private file without a name: it is gone with the process, however that ends. */
final class NamelessFile implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final FileChannel channel;
  private final ByteBuffer written = ByteBuffer.allocate(BUFFER);
  private long flushed;

  private NamelessFile(FileChannel channel) {
    this.channel = channel;
  }

  static NamelessFile create() throws IOException {
    Path path = Files.createTempFile("salvor-rows", "");
    try {
      return new NamelessFile(
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } finally {
      Files.delete(path);
    }
  }

  /** How much was written. */
  long size() {
    return flushed + written.position();
  }

  void write(byte[] bytes, int from, int to) throws IOException {
    for (int at = from; at < to; ) {
      if (!written.hasRemaining()) {
        flush();
      }
      int part = Math.min(written.remaining(), to - at);
      written.put(bytes, at, part);
      at += part;
    }
  }

  void write(int value) throws IOException {
    write(ByteBuffer.allocate(4).putInt(value).array(), 0, 4);
  }

  void flush() throws IOException {
    written.flip();
    while (written.hasRemaining()) {
      flushed += channel.write(written, flushed);
    }
    written.clear();
  }

  /** Reads a part of what was flushed. */
  InputStream read(long from, long to) {
    return new InputStream() {
      private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
      private long at = from;

      @Override
      public int read() throws IOException {
        return fill() ? buffer.get() & 0xff : -1;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (!fill()) {
          return -1;
        }
        int part = Math.min(length, buffer.remaining());
        buffer.get(into, offset, part);
        return part;
      }

      private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
          return true;
        }
        if (at >= to) {
          return false;
        }
        buffer.clear().limit((int) Math.min(BUFFER, to - at));
        int count = channel.read(buffer, at);
        if (count <= 0) {
          throw new EOFException();
        }
        at += count;
        buffer.flip();
        return true;
      }
    };
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
