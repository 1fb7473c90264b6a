package io.salvor.provider.postgresql.protocol;

import java.io.IOException;

/**
 * A stream of messages from the server, to it, or in both directions. One thread takes, any thread
 * sends.
 */
public final class Copy {
  private final Exchange exchange;
  private final Outgoing out;
  private final boolean receives;

  Copy(Exchange exchange, Outgoing out, boolean receives) {
    this.exchange = exchange;
    this.out = out;
    this.receives = receives;
  }

  /**
   * Goes on to the next message, which is gone with the one after it.
   *
   * @return false if there is none any more
   * @throws ServerError if the server has broken it off
   */
  public boolean next() throws IOException {
    if (!receives) {
      throw new IllegalStateException("nothing comes in this copy");
    }
    byte type = exchange.next();
    if (type == 'd') {
      return true;
    }
    if (type == 'c') {
      return false;
    }
    throw Exchange.unexpected(type);
  }

  /** The message's bytes, from 0 on. */
  public byte[] bytes() {
    return exchange.message().body();
  }

  /** How many there are. */
  public int length() {
    return exchange.message().length();
  }

  /** Sends a message. */
  public void send(byte[] bytes, int offset, int length) throws IOException {
    out.send('d', bytes, offset, length);
  }

  /** Says that nothing more is sent. */
  public void done() throws IOException {
    out.send('c', new byte[0], 0, 0);
  }

  /** Says that what was sent is not to be used. */
  public void fail(String why) throws IOException {
    out.send('f', new Outgoing.Body().string(why));
  }
}
