package io.salvor.engine.source;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.SeekableContent;
import java.io.IOException;

/**
 * Takes the content of one entry from its beginning to its end; for one thread. Given up by being
 * forgotten, when the entry turns out not to be readable or has to be read once more.
 */
public interface ContentSink {

  /** The next bytes; they are copied. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** A hole of so many bytes. */
  void hole(long length) throws IOException;

  /**
   * A stretch of what is stored already. Where blocks of the same size begin at the same places,
   * nothing of it is read; what lies before and behind them is. It does not count as read from the
   * source.
   */
  default void reuse(SeekableContent from, long offset, long length) throws IOException {
    byte[] bytes = new byte[(int) Math.min(length, 64 << 10)];
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(length - done, bytes.length);
      from.read(offset + done, bytes, 0, part);
      write(bytes, 0, part);
      done += part;
    }
  }

  /** Cuts at multiples of {@code size} bytes instead of by content; before anything is written. */
  void blocks(int size);

  /** The end: what the entry refers to. */
  ContentRef finish() throws IOException;
}
