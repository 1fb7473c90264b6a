package io.salvor.engine.posix;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names as bytes: making, checking, ordering and showing them. */
public final class RawNames {

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private RawNames() {}

  /** The bytes of a name that is text. */
  public static byte[] of(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether these bytes are one path component: no separator, no NUL, not empty, no dots alone. */
  public static boolean isName(byte[] name) {
    int length = name.length;
    if (length == 0
        || (length == 1 && name[0] == '.')
        || (length == 2 && name[0] == '.' && name[1] == '.')) {
      return false;
    }
    for (byte b : name) {
      if (b == 0 || b == '/') {
        return false;
      }
    }
    return true;
  }

  /** Order of names: byte by byte, unsigned; a prefix comes first. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  /**
   * A name for people: UTF-8 as it is, a backslash as two, any other byte (what is not UTF-8, and
   * control characters, which could command a terminal) as {@code \xNN}.
   */
  public static String display(byte[] name) {
    StringBuilder out = new StringBuilder(name.length + 8);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer chars = CharBuffer.allocate(name.length);
    while (true) {
      CoderResult result = decoder.decode(in, chars, true);
      chars.flip();
      append(out, chars);
      chars.clear();
      if (!result.isError()) {
        return out.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        hex(out, in.get());
      }
    }
  }

  private static void append(StringBuilder out, CharBuffer chars) {
    while (chars.hasRemaining()) {
      char c = chars.get();
      if (c == '\\') {
        out.append("\\\\");
      } else if (Character.isISOControl(c)) {
        for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
          hex(out, b);
        }
      } else {
        out.append(c);
      }
    }
  }

  private static void hex(StringBuilder out, byte b) {
    out.append("\\x").append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
  }
}
