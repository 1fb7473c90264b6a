package io.salvor.cli.command;

import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code --at} can say beside a time, of a database that is followed. */
final class RecoveryPoint {
  private static final String END = "end";

  private RecoveryPoint() {}

  /**
   * The goal that these words name; empty if they are to be a time.
   *
   * @throws SalvorException USAGE for a position that is none
   */
  static Optional<RecoveryGoal> of(@Nullable String at) {
    if (at == null) {
      return Optional.empty();
    }
    int colon = at.indexOf(':');
    String kind = (colon < 0 ? at : at.substring(0, colon)).toLowerCase(Locale.ROOT);
    String value = colon < 0 ? "" : at.substring(colon + 1);
    return switch (kind) {
      case END -> colon < 0 ? Optional.of(new RecoveryGoal.EndOfWal()) : Optional.empty();
      case "lsn" -> Optional.of(new RecoveryGoal.Position(value(at, value, POSITION)));
      case "xid" -> Optional.of(new RecoveryGoal.Transaction(value(at, value, "\\d{1,20}")));
      case "name" -> Optional.of(new RecoveryGoal.Name(value(at, value, ".{1,63}")));
      default -> Optional.empty();
    };
  }

  private static final String POSITION = "[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}";

  private static String value(String at, String value, String form) {
    if (!value.matches(form)) {
      throw Words.usage(
          "--at cannot be \"" + at + "\"",
          "the part behind the colon is none",
          "write a time, end, lsn:0/3000060, xid:742 or name:before-upgrade");
    }
    return value;
  }

  /** The goal of a time. */
  static RecoveryGoal of(Instant at) {
    return new RecoveryGoal.Time(at);
  }
}
