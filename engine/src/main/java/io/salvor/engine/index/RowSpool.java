package io.salvor.engine.index;

import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Rows that wait on the disk to be read again in the order in which they came. */
final class RowSpool implements AutoCloseable {
  private final Temporaries temporaries;
  private @Nullable Temporary temporary;
  private long size;

  RowSpool(Temporaries temporaries) {
    this.temporaries = temporaries;
  }

  /** Bytes so far. */
  long size() {
    return size;
  }

  /** Appends whole rows. */
  void append(byte[] bytes, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes, 0, length);
    FileChannel channel = channel();
    while (out.hasRemaining()) {
      size += channel.write(out, size);
    }
  }

  private FileChannel channel() throws IOException {
    Temporary file = temporary;
    if (file == null) {
      file = temporaries.create();
      temporary = file;
      // Its place is given back whatever becomes of this process.
      Files.delete(file.path());
    }
    return file.channel();
  }

  /** Reads the rows from one place up to another with a buffer of so many bytes. */
  RowSource read(long from, long to, int buffer) {
    return new Reader(from, to, Math.max(1, buffer / Page.ROW) * Page.ROW);
  }

  @Override
  public void close() throws IOException {
    Temporary file = temporary;
    if (file != null) {
      file.channel().close();
    }
  }

  private final class Reader implements RowSource {
    private final byte[] bytes;
    private final long to;
    private long next;
    private int filled;
    private int at;

    Reader(long from, long to, int buffer) {
      this.next = from;
      this.to = to;
      this.bytes = new byte[(int) Math.min(buffer, to - from)];
    }

    @Override
    public boolean advance() throws IOException {
      at += Page.ROW;
      if (at < filled) {
        return true;
      }
      if (next == to) {
        return false;
      }
      ByteBuffer in = ByteBuffer.wrap(bytes, 0, (int) Math.min(bytes.length, to - next));
      filled = in.remaining();
      at = 0;
      while (in.hasRemaining()) {
        int read = channel().read(in, next);
        if (read < 0) {
          throw new IOException("a temporary file of the local index lost its end");
        }
        next += read;
      }
      return true;
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public int at() {
      return at;
    }
  }
}
