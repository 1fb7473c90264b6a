package io.salvor.provider.postgresql.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Messages to the server; each is sent whole and at once. Safe for several threads. */
final class Outgoing {
  /** The type of the messages of a login, which have none. */
  static final int UNTYPED = 0;

  private final OutputStream out;

  Outgoing(OutputStream out) {
    this.out = out;
  }

  /** A message's body while it is put together. */
  static final class Body {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Body int32(int value) {
      bytes.write(value >>> 24);
      bytes.write(value >>> 16);
      bytes.write(value >>> 8);
      bytes.write(value);
      return this;
    }

    Body string(String text) {
      bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      bytes.write(0);
      return this;
    }

    Body bytes(byte[] raw) {
      bytes.writeBytes(raw);
      return this;
    }
  }

  void send(int type, Body body) throws IOException {
    byte[] bytes = body.bytes.toByteArray();
    send(type, bytes, 0, bytes.length);
  }

  synchronized void send(int type, byte[] body, int offset, int length) throws IOException {
    int head = type == UNTYPED ? 4 : 5;
    byte[] message = new byte[head + length];
    message[0] = (byte) type;
    int size = length + 4;
    message[head - 4] = (byte) (size >>> 24);
    message[head - 3] = (byte) (size >>> 16);
    message[head - 2] = (byte) (size >>> 8);
    message[head - 1] = (byte) size;
    System.arraycopy(body, offset, message, head, length);
    out.write(message);
    out.flush();
  }
}
