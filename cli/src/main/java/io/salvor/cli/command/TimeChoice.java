package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** As of which time the latest backup is meant. */
final class TimeChoice {
  @Option(
      names = "--at",
      paramLabel = "<time>",
      description =
          "with latest: the newest backup that was complete at this time; of what is followed the"
              + " state at this time, or end; of a cluster lsn:…, xid:…, name:… as well")
  @Nullable String at;

  @Option(names = "--hours-ago", paramLabel = "<n>", description = "the same, so many hours ago")
  @Nullable Double hoursAgo;

  /** Whether a time is named. */
  boolean isGiven() {
    return at != null || hoursAgo != null;
  }

  /** Refuses what cannot go together. */
  void requireSense(@Nullable String backup, String see) {
    if (at != null && hoursAgo != null) {
      throw Words.usage("--at and --hours-ago cannot go together", "each names a time", see);
    }
    // A position, a transaction or a name does not tell from which backup on it is to be had.
    if (isGiven() && !BackupChoice.LATEST.equals(backup) && RecoveryPoint.of(at).isEmpty()) {
      throw Words.usage(
          "a time goes with latest only", "the backup " + backup + " is of one time already", see);
    }
  }

  /** Refuses what only databases have that are followed. */
  void refuseGoals() {
    if (RecoveryPoint.of(at).isPresent()) {
      throw Words.usage(
          "--at cannot be \"" + at + "\" for this backup",
          "its source is not followed, and has no such points",
          "name a time such as 2026-01-30T15:00:00Z");
    }
  }

  /**
   * The time; null if none is named.
   *
   * @throws SalvorException BAD_TIME
   */
  @Nullable Instant until(Session session) {
    if (RecoveryPoint.of(at).isPresent()) {
      return null;
    }
    if (at != null) {
      return session.times().parse("--at", at);
    }
    if (hoursAgo == null) {
      return null;
    }
    try {
      if (hoursAgo < 0 || !Double.isFinite(hoursAgo)) {
        throw new DateTimeException("negative");
      }
      return session
          .machine()
          .clock()
          .instant()
          .minus(Duration.ofMillis((long) (hoursAgo * 3.6e6)));
    } catch (DateTimeException | ArithmeticException e) {
      throw new SalvorException(
          ErrorCode.BAD_TIME,
          "--hours-ago cannot be " + hoursAgo,
          "it is a number of hours before now",
          "write for instance --hours-ago 6",
          e);
    }
  }
}
