package io.salvor.provider.mysql.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A part of a statement; spaces and comments are none, but for what stands in comments that the
 * server runs.
 *
 * @param text a name without its quotes; everything else as it stands
 * @param from where it begins
 * @param to behind its end
 */
record SqlToken(Kind kind, String text, int from, int to) {
  /** What it is. */
  enum Kind {
    /** A word without quotes, a name or none. */
    WORD,
    /** A name in quotes. */
    NAME,
    /** A text or a number. */
    VALUE,
    /** One character. */
    SIGN
  }

  /** Whether it is this word, which is written in capitals. */
  boolean is(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word);
  }

  /** Whether it is this character. */
  boolean is(char sign) {
    return kind == Kind.SIGN && text.charAt(0) == sign;
  }

  /** Whether it may be a name. */
  boolean isName() {
    return kind == Kind.WORD || kind == Kind.NAME;
  }

  /** In capitals, if it is a word; else empty. */
  String word() {
    return kind == Kind.WORD ? text.toUpperCase(Locale.ROOT) : "";
  }

  /**
   * Takes a statement apart.
   *
   * @param ansi whether double quotes are those of names
   */
  static List<SqlToken> all(String sql, boolean ansi) {
    List<SqlToken> tokens = new ArrayList<>();
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      char next = at + 1 < sql.length() ? sql.charAt(at + 1) : 0;
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#' || (c == '-' && next == '-' && isSpace(sql, at + 2))) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (c == '/' && next == '*') {
        at = comment(sql, at);
      } else if (c == '*' && next == '/') {
        // The end of a comment that the server runs.
        at += 2;
      } else if (c == '`' || c == '"' || c == '\'') {
        int end = quoted(sql, at, c);
        boolean name = c == '`' || (c == '"' && ansi);
        String text = sql.substring(at, end);
        tokens.add(
            name
                ? new SqlToken(Kind.NAME, plain(text, c), at, end)
                : new SqlToken(Kind.VALUE, text, at, end));
        at = end;
      } else if (isWord(c)) {
        int end = at + 1;
        while (end < sql.length() && isWord(sql.charAt(end))) {
          end++;
        }
        tokens.add(new SqlToken(Kind.WORD, sql.substring(at, end), at, end));
        at = end;
      } else {
        tokens.add(new SqlToken(Kind.SIGN, String.valueOf(c), at, at + 1));
        at++;
      }
    }
    return tokens;
  }

  private static boolean isSpace(String sql, int at) {
    return at >= sql.length() || sql.charAt(at) <= ' ';
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
  }

  /** Behind a comment; of one that the server runs, behind its head. */
  private static int comment(String sql, int from) {
    int head = from + 2;
    if (sql.startsWith("M!", head) || sql.startsWith("!", head)) {
      int at = sql.indexOf('!', head) + 1;
      while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
        at++;
      }
      return at;
    }
    int end = sql.indexOf("*/", head);
    return end < 0 ? sql.length() : end + 2;
  }

  private static int quoted(String sql, int from, char quote) {
    int at = from + 1;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\\' && quote != '`') {
        at += 2;
      } else if (c == quote) {
        if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
          at += 2;
        } else {
          return at + 1;
        }
      } else {
        at++;
      }
    }
    return sql.length();
  }

  private static String plain(String text, char quote) {
    String one = String.valueOf(quote);
    int end = text.length() > 1 && text.endsWith(one) ? text.length() - 1 : text.length();
    return text.substring(1, end).replace(one + one, one);
  }
}
