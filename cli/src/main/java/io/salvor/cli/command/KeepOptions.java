package io.salvor.cli.command;

import io.salvor.engine.retention.Age;
import io.salvor.engine.retention.Keep;
import io.salvor.engine.retention.Slot;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Rules by which backups stay or go. */
final class KeepOptions {
  @Option(names = "--keep-last", paramLabel = "<n>", description = "keep the newest n")
  int last;

  @Option(names = "--keep-hourly", paramLabel = "<n>", description = "keep one of each of n hours")
  int hourly;

  @Option(names = "--keep-daily", paramLabel = "<n>", description = "keep one of each of n days")
  int daily;

  @Option(
      names = "--keep-weekly",
      paramLabel = "<n>",
      description = "keep one of each of n weeks, from Monday on")
  int weekly;

  @Option(
      names = "--keep-monthly",
      paramLabel = "<n>",
      description = "keep one of each of n months")
  int monthly;

  @Option(names = "--keep-yearly", paramLabel = "<n>", description = "keep one of each of n years")
  int yearly;

  @Option(
      names = "--keep-within",
      paramLabel = "<age>",
      description = "keep what was begun within 12h, 30d, 8w, 6m or 2y of the newest")
  @Nullable String within;

  @Option(
      names = "--older-than",
      paramLabel = "<age>",
      description = "forget only what was begun longer ago than that")
  @Nullable String olderThan;

  /** What they say. */
  Keep rule() {
    number("--keep-last", last);
    return new Keep(
        last,
        Map.of(
            Slot.HOURLY, number("--keep-hourly", hourly),
            Slot.DAILY, number("--keep-daily", daily),
            Slot.WEEKLY, number("--keep-weekly", weekly),
            Slot.MONTHLY, number("--keep-monthly", monthly),
            Slot.YEARLY, number("--keep-yearly", yearly)),
        age("--keep-within", within),
        age("--older-than", olderThan));
  }

  private static int number(String option, int n) {
    if (n < 0) {
      throw Words.usage(option + " cannot be " + n, "it is a number of backups to keep");
    }
    return n;
  }

  private static @Nullable Age age(String option, @Nullable String word) {
    if (word == null) {
      return null;
    }
    try {
      return Age.parse(word);
    } catch (IllegalArgumentException e) {
      throw Words.usage(option + " cannot be \"" + word + "\"", String.valueOf(e.getMessage()));
    }
  }
}
