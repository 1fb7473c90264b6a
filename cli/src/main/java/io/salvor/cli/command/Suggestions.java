package io.salvor.cli.command;

import io.salvor.engine.error.SalvorException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to say to words that cannot be meant. */
final class Suggestions {
  private Suggestions() {}

  static SalvorException unknownCommand(String name) {
    List<String> names = Commands.ALL.stream().map(Commands.Listed::name).toList();
    return Words.usage(
        "There is no command \"" + name + "\"",
        "`salvor help` lists all that there are",
        nearest(name, names)
            .map(n -> "did you mean `salvor " + n + "`?")
            .orElse("see `salvor help`"));
  }

  /** A word that is no command, perhaps because it is the value of an option that is none. */
  static SalvorException notACommand(String name, List<String> before) {
    List<String> known = new ArrayList<>(GlobalOptions.WITH_VALUE);
    known.addAll(GlobalOptions.WITHOUT_VALUE);
    for (String word : before) {
      String bare = bare(word);
      if (bare.startsWith("-") && !known.contains(bare)) {
        return Words.usage(
            "There is no option " + bare,
            "`salvor` does not know it before a command",
            nearest(bare, known)
                .map(n -> "did you mean " + n + "? see `salvor help`")
                .orElse("see `salvor help`"));
      }
    }
    return unknownCommand(name);
  }

  private static String bare(String word) {
    return word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
  }

  /** Says what the parser has found wrong. */
  static SalvorException of(ParameterException e, Commands.Listed command) {
    String see = "see `salvor help " + command.name() + "`";
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().getFirst();
      if (!word.startsWith("-")) {
        return Words.usage(
            "\"" + word + "\" is one word too many",
            "`salvor " + command.name() + "` takes fewer",
            see);
      }
      List<String> options =
          e.getCommandLine().getCommandSpec().options().stream()
              .map(OptionSpec::longestName)
              .toList();
      String bare = bare(word);
      return Words.usage(
          "There is no option " + bare,
          "`salvor " + command.name() + "` does not know it",
          nearest(bare, options).map(n -> "did you mean " + n + "? " + see).orElse(see));
    }
    String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      return Words.usage(
          "`salvor " + command.name() + "` needs " + missing.getMissing().getFirst().paramLabel(),
          first,
          see);
    }
    return Words.usage("`salvor " + command.name() + "` cannot take these words", first, see);
  }

  private static Optional<String> nearest(String word, List<String> names) {
    return names.stream()
        .filter(n -> distance(word, n) <= Math.max(1, word.length() / 3) || n.startsWith(word))
        .min(Comparator.comparingInt(n -> distance(word, n)));
  }

  /** How many letters must be put in, taken out or changed. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
