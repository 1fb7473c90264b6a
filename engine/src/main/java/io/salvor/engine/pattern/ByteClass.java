package io.salvor.engine.pattern;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * A class in brackets, read as git's wildmatch.c reads it.
 *
 * @param bytes what it stands for
 * @param end the first byte behind the closing bracket
 */
record ByteClass(ByteSet bytes, int end) {

  /** Reads the class that begins with the bracket at {@code start}. */
  static ByteClass parse(byte[] text, int start, int limit) throws GlobSyntaxException {
    return new Reader(text, start, limit).read();
  }

  private static final class Reader {
    private final byte[] text;
    private final int start;
    private final int limit;
    private final BitSet set = new BitSet(256);
    private int at;

    Reader(byte[] text, int start, int limit) {
      this.text = text;
      this.start = start;
      this.limit = limit;
      this.at = start + 1;
    }

    ByteClass read() throws GlobSyntaxException {
      boolean negated = at < limit && (text[at] == '!' || text[at] == '^');
      if (negated) {
        at++;
      }
      int before = 0; // the byte that a range may begin with; 0 for none
      boolean first = true;
      while (first || peek() != ']') {
        first = false;
        before = member(peek(), before);
      }
      return new ByteClass(ByteSet.of(b -> set.get(b) != negated), at + 1);
    }

    /** Takes one member; returns what a range may begin with. */
    private int member(int b, int before) throws GlobSyntaxException {
      if (b == '\\') {
        at++;
        return single(peek());
      }
      boolean range = b == '-' && before != 0 && at + 1 < limit && text[at + 1] != ']';
      if (range) {
        at++;
        int last = peek();
        if (last == '\\') {
          at++;
          last = peek();
        }
        at++;
        if (last >= before) {
          set.set(before, last + 1);
        }
        return 0;
      }
      if (b == '[' && at + 1 < limit && text[at + 1] == ':') {
        int close = at + 2;
        while (close < limit && text[close] != ']') {
          close++;
        }
        if (close == limit) {
          throw unclosed();
        }
        if (close - at >= 3 && text[close - 1] == ':') {
          named(at + 2, close - 1);
          at = close + 1;
          return 0;
        }
      }
      return single(b);
    }

    private int single(int b) {
      set.set(b);
      at++;
      return b;
    }

    private void named(int from, int to) throws GlobSyntaxException {
      String name = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
      IntPredicate rule =
          switch (name) {
            case "alnum" -> b -> isLetter(b) || isDigit(b);
            case "alpha" -> Reader::isLetter;
            case "blank" -> b -> b == ' ' || b == '\t';
            case "cntrl" -> b -> b < ' ' || b == 0x7f;
            case "digit" -> Reader::isDigit;
            case "graph" -> b -> b > ' ' && b < 0x7f;
            case "lower" -> b -> b >= 'a' && b <= 'z';
            case "print" -> b -> b >= ' ' && b < 0x7f;
            case "punct" -> b -> b > ' ' && b < 0x7f && !isLetter(b) && !isDigit(b);
            case "space" -> b -> b == ' ' || b == '\t' || b == '\n' || b == '\r';
            case "upper" -> b -> b >= 'A' && b <= 'Z';
            case "xdigit" -> b -> isDigit(b) || (b | 0x20) >= 'a' && (b | 0x20) <= 'f';
            default -> throw new GlobSyntaxException(from, "no class is named [:" + name + ":]");
          };
      for (int b = 0; b < 256; b++) {
        if (rule.test(b)) {
          set.set(b);
        }
      }
    }

    private static boolean isLetter(int b) {
      return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
    }

    private static boolean isDigit(int b) {
      return b >= '0' && b <= '9';
    }

    private int peek() throws GlobSyntaxException {
      if (at >= limit) {
        throw unclosed();
      }
      return text[at] & 0xff;
    }

    private GlobSyntaxException unclosed() {
      return new GlobSyntaxException(start, "a bracket that nothing closes");
    }
  }
}
