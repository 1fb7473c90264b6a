package io.salvor.cli.console;

/** Text that is safe on a terminal, and stays on one line. */
public final class PlainText {
  private PlainText() {}

  /** The text with every control character as {@code \xNN}. */
  public static String of(String text) {
    int i = 0;
    while (i < text.length() && !isControl(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length() + 8).append(text, 0, i);
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isControl(c)) {
        plain.append("\\x").append(Character.forDigit(c >> 4 & 15, 16));
        plain.append(Character.forDigit(c & 15, 16));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /** A sentence as it follows a colon: its first letter small, unless it belongs to a name. */
  static String afterColon(String sentence) {
    String plain = of(sentence.strip());
    boolean ordinary =
        plain.length() > 1
            && Character.isUpperCase(plain.charAt(0))
            && plain.substring(1, end(plain)).chars().noneMatch(Character::isUpperCase);
    return ordinary ? Character.toLowerCase(plain.charAt(0)) + plain.substring(1) : plain;
  }

  private static int end(String firstWord) {
    int space = firstWord.indexOf(' ');
    return space < 0 ? firstWord.length() : space;
  }

  private static boolean isControl(char c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
  }
}
