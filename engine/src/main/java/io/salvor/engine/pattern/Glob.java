package io.salvor.engine.pattern;

import java.util.ArrayList;
import java.util.List;

/**
 * A compiled wildcard expression. Matching takes time in proportion to text times pattern at worst,
 * whatever the pattern: only the last {@code *} and the last {@code **} are ever tried again, which
 * is enough, for each may swallow all that an earlier one could.
 */
final class Glob {
  /** What stands at one place of the expression. */
  sealed interface Token {
    /** This byte. */
    record Literal(byte value) implements Token {}

    /** Any byte of these, or {@code ?}; never a slash. */
    record OneOf(ByteSet bytes) implements Token {}

    /** {@code *}: any bytes but slashes. */
    record Star() implements Token {}

    /** {@code **} and a slash: no directory, or any number of them. */
    record Directories() implements Token {}

    /** {@code **} at the end: anything. */
    record Rest() implements Token {}
  }

  private static final Token STAR = new Token.Star();

  private final Token[] tokens;

  private Glob(List<Token> tokens) {
    this.tokens = tokens.toArray(new Token[0]);
  }

  /**
   * Compiles an expression.
   *
   * @param whole whether it is compared with whole paths, where {@code **} has its meaning
   * @throws GlobSyntaxException if it could never match
   */
  static Glob compile(byte[] text, int from, int to, boolean whole) throws GlobSyntaxException {
    List<Token> tokens = new ArrayList<>();
    int at = from;
    while (at < to) {
      byte b = text[at];
      switch (b) {
        case '\\' -> {
          if (at + 1 == to) {
            throw new GlobSyntaxException(at, "a backslash with nothing after it");
          }
          tokens.add(new Token.Literal(text[at + 1]));
          at += 2;
        }
        case '?' -> {
          tokens.add(new Token.OneOf(ByteSet.ALL_BUT_SLASH));
          at++;
        }
        case '[' -> {
          ByteClass parsed = ByteClass.parse(text, at, to);
          tokens.add(new Token.OneOf(parsed.bytes()));
          at = parsed.end();
        }
        case '*' -> at = stars(tokens, text, from, at, to, whole);
        default -> {
          tokens.add(new Token.Literal(b));
          at++;
        }
      }
    }
    return new Glob(tokens);
  }

  private static int stars(
      List<Token> tokens, byte[] text, int from, int at, int to, boolean whole) {
    int end = at;
    while (end < to && text[end] == '*') {
      end++;
    }
    boolean alone =
        whole
            && end - at >= 2
            && (at == from || text[at - 1] == '/')
            && (end == to || text[end] == '/');
    if (alone && end == to) {
      tokens.add(new Token.Rest());
      return end;
    }
    if (alone) {
      tokens.add(new Token.Directories());
      return end + 1;
    }
    tokens.add(STAR);
    return end;
  }

  /** Whether the text is matched from its beginning to its end. */
  boolean matches(byte[] text, int from, int to) {
    return run(text, from, to, false);
  }

  /** Whether something that begins with this text may be matched. */
  boolean mayMatchBeyond(byte[] text, int from, int to) {
    return run(text, from, to, true);
  }

  private boolean run(byte[] text, int from, int to, boolean prefix) {
    int p = 0;
    int t = from;
    int star = -1; // the last * since the last **, and where what follows it was tried
    int starText = 0;
    int wide = -1; // the last **
    int wideText = 0;
    while (true) {
      if (t == to) {
        return prefix || onlyEmpty(p);
      }
      if (p < tokens.length) {
        Token token = tokens[p];
        if (token instanceof Token.Star) {
          star = p++;
          starText = t;
          continue;
        }
        if (token instanceof Token.Rest) {
          return true;
        }
        if (token instanceof Token.Directories) {
          wide = p++;
          wideText = t;
          star = -1;
          continue;
        }
        if (takes(token, text[t])) {
          p++;
          t++;
          continue;
        }
      }
      if (star >= 0 && text[starText] != '/') {
        t = ++starText;
        p = star + 1;
      } else if (wide >= 0) {
        while (wideText < to && text[wideText] != '/') {
          wideText++;
        }
        if (wideText == to) {
          return false;
        }
        t = ++wideText;
        p = wide + 1;
        star = -1;
      } else {
        return false;
      }
    }
  }

  private static boolean takes(Token token, byte b) {
    return switch (token) {
      case Token.Literal(byte value) -> value == b;
      case Token.OneOf(ByteSet bytes) -> bytes.contains(b);
      case Token.Star _, Token.Directories _, Token.Rest _ ->
          throw new IllegalStateException("a wildcard of any length");
    };
  }

  private boolean onlyEmpty(int from) {
    for (int p = from; p < tokens.length; p++) {
      if (tokens[p] instanceof Token.Literal || tokens[p] instanceof Token.OneOf) {
        return false;
      }
    }
    return true;
  }
}
