package io.salvor.provider.postgresql.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Messages from the server, one at a time; what is got from one is gone with the next. For one
 * thread.
 */
final class Incoming {
  /** Longer than any message of a server that is in its right mind. */
  private static final int MOST = 1 << 30;

  private static final int BUFFER = 256 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int next;
  private int filled;
  private byte[] body = new byte[64 << 10];
  private int length;
  private int at;

  Incoming(InputStream in) {
    this.in = in;
  }

  /** Reads the next message; gives its type. */
  byte next() throws IOException {
    byte type = (byte) octet();
    int size = octet() << 24 | octet() << 16 | octet() << 8 | octet();
    if (size < 4 || size > MOST) {
      throw new ProtocolException("a message of " + size + " bytes");
    }
    length = size - 4;
    if (body.length < length) {
      body = new byte[Math.max(length, (int) Math.min(MOST, 2L * body.length))];
    }
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, available());
      System.arraycopy(buffer, next, body, done, part);
      next += part;
      done += part;
    }
    at = 0;
    return type;
  }

  private int octet() throws IOException {
    int _ = available();
    return buffer[next++] & 0xff;
  }

  private int available() throws IOException {
    if (next == filled) {
      int read = in.read(buffer, 0, buffer.length);
      if (read < 0) {
        throw new EOFException("the server has closed the connection");
      }
      next = 0;
      filled = read;
    }
    return filled - next;
  }

  /** The message's bytes, from 0. */
  byte[] body() {
    return body;
  }

  /** How many there are. */
  int length() {
    return length;
  }

  byte int8() throws ProtocolException {
    return body[take(1)];
  }

  int int16() throws ProtocolException {
    int from = take(2);
    return (body[from] & 0xff) << 8 | body[from + 1] & 0xff;
  }

  int int32() throws ProtocolException {
    int from = take(4);
    return (body[from] & 0xff) << 24
        | (body[from + 1] & 0xff) << 16
        | (body[from + 2] & 0xff) << 8
        | body[from + 3] & 0xff;
  }

  byte[] bytes(int count) throws ProtocolException {
    int from = take(count);
    return Arrays.copyOfRange(body, from, from + count);
  }

  byte[] rest() throws ProtocolException {
    return bytes(length - at);
  }

  /** Up to the next zero byte. */
  String string() throws ProtocolException {
    for (int end = at; end < length; end++) {
      if (body[end] == 0) {
        String text = new String(body, at, end - at, StandardCharsets.UTF_8);
        at = end + 1;
        return text;
      }
    }
    throw new ProtocolException("a string without an end");
  }

  /** The fields of an ErrorResponse or a NoticeResponse. */
  Map<Character, String> fields() throws ProtocolException {
    Map<Character, String> fields = new HashMap<>();
    while (true) {
      byte letter = int8();
      if (letter == 0) {
        return fields;
      }
      fields.put((char) (letter & 0xff), string());
    }
  }

  private int take(int count) throws ProtocolException {
    if (count < 0 || count > length - at) {
      throw new ProtocolException("a message that is shorter than what is in it");
    }
    int from = at;
    at += count;
    return from;
  }
}
