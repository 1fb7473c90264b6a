package io.salvor.provider.postgresql.rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Puts lines together that come in pieces. For one thread. */
public final class Lines {
  private final Taker taker;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  /** Takes a line without its end. */
  @FunctionalInterface
  public interface Taker {
    void take(byte[] bytes, int from, int to) throws IOException;
  }

  /** Hands lines on. */
  public Lines(Taker taker) {
    this.taker = taker;
  }

  /** The next bytes, from 0 on. */
  public void add(byte[] bytes, int length) throws IOException {
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        if (begun.size() == 0) {
          taker.take(bytes, from, i);
        } else {
          begun.write(bytes, from, i - from);
          byte[] whole = begun.toByteArray();
          begun.reset();
          taker.take(whole, 0, whole.length);
        }
        from = i + 1;
      }
    }
    begun.write(bytes, from, length - from);
  }

  /**
   * Nothing more comes.
   *
   * @throws IOException if a line has no end
   */
  public void end() throws IOException {
    if (begun.size() > 0) {
      throw new IOException("a row that breaks off");
    }
  }
}
