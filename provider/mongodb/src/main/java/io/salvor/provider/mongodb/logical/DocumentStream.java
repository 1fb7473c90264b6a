package io.salvor.provider.mongodb.logical;

import java.io.IOException;
import java.util.Arrays;
import org.bson.RawBsonDocument;

/** Cuts bytes that come in pieces into the documents that they are. */
final class DocumentStream {
  private static final int HEAD = 4;
  private static final int LEAST = 5;
  // The server's bound is 16 MiB, and a little more for what it keeps itself.
  private static final int MOST = 17 << 20;

  /** Takes documents. */
  interface Taker {
    void take(RawBsonDocument document) throws IOException;
  }

  private final Taker taker;
  private final byte[] head = new byte[HEAD];
  private byte[] document = new byte[0];
  private int filled;

  DocumentStream(Taker taker) {
    this.taker = taker;
  }

  /** The next bytes; they are copied. */
  void add(byte[] bytes, int length) throws IOException {
    int at = 0;
    while (at < length) {
      byte[] to = filled < HEAD ? head : document;
      int taken = Math.min(to.length - filled, length - at);
      System.arraycopy(bytes, at, to, filled, taken);
      filled += taken;
      at += taken;
      if (filled == HEAD) {
        document = Arrays.copyOf(head, size());
      }
      if (filled > HEAD && filled == document.length) {
        if (document[filled - 1] != 0) {
          throw new IOException("what was captured is no sequence of documents");
        }
        filled = 0;
        taker.take(new RawBsonDocument(document));
      }
    }
  }

  private int size() throws IOException {
    int size = 0;
    for (int i = HEAD - 1; i >= 0; i--) {
      size = size << 8 | (head[i] & 0xff);
    }
    if (size < LEAST || size > MOST) {
      throw new IOException("what was captured is no sequence of documents");
    }
    return size;
  }

  /** Nothing may be left. */
  void end() throws IOException {
    if (filled != 0) {
      throw new IOException("the last document has no end");
    }
  }
}
