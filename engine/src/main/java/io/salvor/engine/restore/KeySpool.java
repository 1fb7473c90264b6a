package io.salvor.engine.restore;

import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.local.LocalErrors;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys that wait to be read again, each by its place: on the disk as soon as they are many. For one
 * thread. Fails with LOCAL_STATE where the file cannot be written or read.
 */
final class KeySpool implements AutoCloseable {
  private static final int LENGTH = Integer.BYTES;
  private static final int BUFFER = 1 << 20;
  private static final int USUAL = 252;

  private final Supplier<LocalDraft> scratch;
  private @Nullable LocalDraft file;
  private byte[] buffer = new byte[1 << 10];
  private int filled;
  private long flushed;

  /**
   * An empty spool.
   *
   * @param scratch gives files that go when they are closed
   */
  KeySpool(Supplier<LocalDraft> scratch) {
    this.scratch = scratch;
  }

  /** Adds a key, and gives its place. */
  long add(Key key) {
    byte[] bytes = key.encoded();
    int needed = filled + LENGTH + bytes.length;
    if (needed > BUFFER) {
      flush();
      needed = LENGTH + bytes.length;
    }
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, Math.min(BUFFER, 2 * buffer.length)));
    }
    long place = flushed + filled;
    ByteBuffer.wrap(buffer, filled, LENGTH).putInt(bytes.length);
    System.arraycopy(bytes, 0, buffer, filled + LENGTH, bytes.length);
    filled = needed;
    return place;
  }

  /** The key at a place. */
  Key get(long place) {
    if (place >= flushed) {
      int at = (int) (place - flushed);
      int length = ByteBuffer.wrap(buffer, at, LENGTH).getInt();
      return Key.decode(Arrays.copyOfRange(buffer, at + LENGTH, at + LENGTH + length));
    }
    // What follows is there in most cases, and else read in a second go.
    ByteBuffer head = read(place, (int) Math.min(LENGTH + USUAL, flushed - place));
    int length = head.getInt();
    byte[] bytes = new byte[length];
    if (length <= head.remaining()) {
      head.get(bytes);
    } else {
      read(place + LENGTH, length).get(bytes);
    }
    return Key.decode(bytes);
  }

  private ByteBuffer read(long place, int length) {
    LocalDraft from = file();
    ByteBuffer in = ByteBuffer.allocate(length);
    try {
      while (in.hasRemaining()) {
        if (from.channel().read(in, place + in.position()) < 0) {
          throw new IOException("it lost its end");
        }
      }
    } catch (IOException e) {
      throw LocalErrors.failed("read", from.path(), e);
    }
    return in.flip();
  }

  private void flush() {
    LocalDraft to = file();
    ByteBuffer out = ByteBuffer.wrap(buffer, 0, filled);
    try {
      while (out.hasRemaining()) {
        flushed += to.channel().write(out, flushed);
      }
    } catch (IOException e) {
      throw LocalErrors.failed("write", to.path(), e);
    }
    filled = 0;
  }

  private LocalDraft file() {
    LocalDraft there = file;
    if (there == null) {
      there = scratch.get();
      file = there;
    }
    return there;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
