package io.salvor.engine.error;

import java.util.Locale;

/** Numbers in the messages that people read. */
public final class Counted {
  private Counted() {}

  /** With its thousands apart: {@code 80,000}. */
  public static String of(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** With the word that fits: {@code 1 entry}, {@code 2 entries}. */
  public static String of(long number, String one, String many) {
    return of(number) + " " + (number == 1 ? one : many);
  }
}
