package io.salvor.engine.tree;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Keys and names as text: parts joined by {@code /}; a backslash is {@code \\}; bytes that are not
 * UTF-8, control characters, and a {@code /} within a part are {@code \xNN}. Reading gives back the
 * same bytes.
 */
public final class KeyText {
  private KeyText() {}

  /** The key as text; the root is the empty text. */
  public static String format(Key key) {
    StringBuilder text = new StringBuilder();
    for (byte[] part : key.parts()) {
      if (!text.isEmpty()) {
        text.append('/');
      }
      escape(part, text, true);
    }
    return text.toString();
  }

  /** Any bytes (a file name, a link target) as text; a {@code /} stays as it is. */
  public static String name(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    escape(bytes, text, false);
    return text.toString();
  }

  /**
   * Reads what {@link #format} wrote; leading, trailing and doubled slashes are passed over.
   *
   * @throws IllegalArgumentException for an escape that is none
   */
  public static Key parse(String text) {
    Key key = Key.ROOT;
    int from = 0;
    while (from <= text.length()) {
      int slash = text.indexOf('/', from);
      int to = slash < 0 ? text.length() : slash;
      if (to > from) {
        key = key.child(bytes(text.substring(from, to)));
      }
      from = to + 1;
    }
    return key;
  }

  /** Reads what {@link #name} wrote. */
  public static byte[] bytes(String text) {
    if (text.indexOf('\\') < 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int i = 0;
    while (i < text.length()) {
      int next = text.indexOf('\\', i);
      int to = next < 0 ? text.length() : next;
      out.writeBytes(text.substring(i, to).getBytes(StandardCharsets.UTF_8));
      if (next < 0) {
        break;
      }
      if (text.startsWith("\\\\", next)) {
        out.write('\\');
        i = next + 2;
      } else if (text.startsWith("\\x", next) && next + 4 <= text.length()) {
        out.write(HexFormat.fromHexDigits(text, next + 2, next + 4));
        i = next + 4;
      } else {
        throw new IllegalArgumentException("bad escape in " + text);
      }
    }
    return out.toByteArray();
  }

  private static void escape(byte[] bytes, StringBuilder text, boolean slashes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    while (true) {
      var result = decoder.decode(in, out, true);
      out.flip();
      while (out.hasRemaining()) {
        char c = out.get();
        if (c == '\\') {
          text.append("\\\\");
        } else if (c < 0x20 || c == 0x7f || (c == '/' && slashes)) {
          hex((byte) c, text);
        } else if (c >= 0x80 && c < 0xa0) {
          // The second set of control characters: a terminal takes them for commands, too.
          hex((byte) 0xc2, text);
          hex((byte) c, text);
        } else {
          text.append(c);
        }
      }
      if (result.isUnderflow()) {
        return;
      }
      for (int i = 0; i < result.length(); i++) {
        hex(in.get(), text);
      }
      out.clear();
      decoder.reset();
    }
  }

  private static void hex(byte b, StringBuilder text) {
    text.append("\\x").append(HexFormat.of().toHexDigits(b));
  }
}
