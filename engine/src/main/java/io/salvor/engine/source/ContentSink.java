package io.salvor.engine.source;

import io.salvor.engine.content.ContentRef;
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

  /** Cuts at multiples of {@code size} bytes instead of by content; before anything is written. */
  void blocks(int size);

  /** The end: what the entry refers to. */
  ContentRef finish() throws IOException;
}
