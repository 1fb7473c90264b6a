package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the words of options. */
final class Words {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd])");

  private Words() {}

  /** The value that the word names. */
  static <T> T choose(String option, String word, T[] values, Function<T, String> name) {
    for (T value : values) {
      if (name.apply(value).equals(word.toLowerCase(Locale.ROOT))) {
        return value;
      }
    }
    String known = Arrays.stream(values).map(name).collect(Collectors.joining(", "));
    throw usage(option + " cannot be \"" + word + "\"", "it is one of " + known);
  }

  /** Reads {@code name=value} words. */
  static SortedMap<String, String> pairs(String option, List<String> words) {
    SortedMap<String, String> pairs = new TreeMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals <= 0) {
        throw usage(option + " cannot be \"" + word + "\"", "it is written name=value");
      }
      pairs.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return pairs;
  }

  /** Reads {@code 5%} or {@code 0.05} as a share from above 0 to 1. */
  static double share(String option, String word) {
    try {
      double share =
          word.endsWith("%")
              ? Double.parseDouble(word.substring(0, word.length() - 1)) / 100
              : Double.parseDouble(word);
      if (share > 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      throw notAShare(option, word);
    }
    throw notAShare(option, word);
  }

  /** Reads {@code 30s}, {@code 15m}, {@code 2h} or {@code 7d}. */
  static Duration duration(String option, String word) {
    Matcher match = DURATION.matcher(word);
    if (!match.matches()) {
      throw usage(
          option + " cannot be \"" + word + "\"", "it is a duration such as 30s, 15m, 2h or 7d");
    }
    long number = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static SalvorException notAShare(String option, String word) {
    return usage(
        option + " cannot be \"" + word + "\"", "it is a share such as 5%, above 0 and up to 100%");
  }

  /** A usage error. */
  static SalvorException usage(String what, String why) {
    return usage(what, why, "see `salvor help`, and `salvor help <command>` for examples");
  }

  /** A usage error. */
  static SalvorException usage(String what, String why, String remedy) {
    return new SalvorException(ErrorCode.USAGE, what, why, remedy);
  }
}
