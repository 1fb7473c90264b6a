package io.salvor.engine.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A regular file by a channel; its metadata by path. */
final class NioFile extends NioHandle implements FileHandle {

  private static final int BUFFER = 128 * 1024;

  private final FileChannel channel;
  private long position;

  NioFile(Path path, FileChannel channel) {
    super(path);
    this.channel = channel;
  }

  @Override
  public synchronized int read(byte[] into, int offset, int length) throws PosixException {
    int read = pread(position, into, offset, length);
    if (read > 0) {
      position += read;
    }
    return read;
  }

  @Override
  public int pread(long position, byte[] into, int offset, int length) throws PosixException {
    return pread(position, ByteBuffer.wrap(into, offset, length));
  }

  @Override
  public int pread(long position, ByteBuffer into) throws PosixException {
    if (!into.hasRemaining()) {
      return 0;
    }
    try {
      return channel.read(into, position);
    } catch (IOException e) {
      throw NioErrors.of(e, "read", null);
    }
  }

  @Override
  public void pwrite(long position, byte[] from, int offset, int length) throws PosixException {
    pwrite(position, ByteBuffer.wrap(from, offset, length));
  }

  @Override
  public void pwrite(long position, ByteBuffer from) throws PosixException {
    try {
      long at = position;
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } catch (IOException e) {
      throw NioErrors.of(e, "write", null);
    }
  }

  @Override
  public void truncate(long size) throws PosixException {
    try {
      if (size <= channel.size()) {
        channel.truncate(size);
      } else {
        channel.write(ByteBuffer.allocate(1), size - 1); // NIO only shortens
      }
    } catch (IOException e) {
      throw NioErrors.of(e, "truncate", null);
    }
  }

  @Override
  public boolean allocate(long offset, long length) {
    return false;
  }

  @Override
  public boolean punchHole(long offset, long length) {
    return false;
  }

  @Override
  public @Nullable Extent nextData(long from) throws PosixException {
    try {
      long size = channel.size();
      return from < size ? new Extent(from, size - from) : null;
    } catch (IOException e) {
      throw NioErrors.of(e, "seek", null);
    }
  }

  @Override
  public long copyRange(long from, FileHandle target, long to, long length) throws PosixException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, BUFFER));
    long done = 0;
    while (done < length) {
      buffer.clear().limit((int) Math.min(length - done, buffer.capacity()));
      int read = pread(from + done, buffer);
      if (read < 0) {
        break;
      }
      target.pwrite(to + done, buffer.flip());
      done += read;
    }
    return done;
  }

  @Override
  public void sync() throws PosixException {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw NioErrors.of(e, "fsync", null);
    }
  }

  @Override
  public void adviseSequential() {
    // NIO gives no advice; nothing is lost but speed.
  }

  @Override
  public void dontNeed(long offset, long length) {
    // As above.
  }

  @Override
  public void close() {
    super.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // NIO's own; the descriptor's would be told by sync
    }
  }
}
