package io.salvor.provider.postgresql.recovery;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a recovery goes.
 *
 * @see <a href="https://www.postgresql.org/docs/current/runtime-config-wal.html">Recovery
 *     target</a>
 */
public sealed interface RecoveryGoal {
  /** The settings that tell the server. */
  Map<String, String> settings();

  /** Whether it is the end of WAL. */
  default boolean isEnd() {
    return false;
  }

  /** The end of WAL, on the same timeline. */
  default RecoveryGoal atEnd() {
    return new EndOfWal();
  }

  /** What a person reads: {@code "2026-01-30T14:25:00Z"}. */
  String text();

  /** The first moment at which the backup is consistent. */
  record EndOfBackup() implements RecoveryGoal {
    @Override
    public Map<String, String> settings() {
      // A later timeline that is known of is only not to be used again.
      return Map.of("recovery_target", "immediate", "recovery_target_timeline", "current");
    }

    @Override
    public String text() {
      return "the end of the backup";
    }
  }

  /** As far as there is WAL. */
  record EndOfWal() implements RecoveryGoal {
    @Override
    public boolean isEnd() {
      return true;
    }

    @Override
    public Map<String, String> settings() {
      return Map.of();
    }

    @Override
    public String text() {
      return "the end";
    }
  }

  /** Up to and including what was committed at this time, by the source's clock. */
  record Time(Instant at) implements RecoveryGoal {
    private static final DateTimeFormatter FORM =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS+00").withZone(ZoneOffset.UTC);

    @Override
    public Map<String, String> settings() {
      return Map.of("recovery_target_time", FORM.format(at));
    }

    @Override
    public String text() {
      return at.toString();
    }
  }

  /** Up to and including this position. */
  record Position(String lsn) implements RecoveryGoal {
    @Override
    public Map<String, String> settings() {
      return Map.of("recovery_target_lsn", lsn);
    }

    @Override
    public String text() {
      return "position " + lsn;
    }
  }

  /** Up to and including the commit of this transaction. */
  record Transaction(String id) implements RecoveryGoal {
    @Override
    public Map<String, String> settings() {
      return Map.of("recovery_target_xid", id);
    }

    @Override
    public String text() {
      return "transaction " + id;
    }
  }

  /** Up to a restore point that somebody has made with {@code pg_create_restore_point}. */
  record Name(String name) implements RecoveryGoal {
    @Override
    public Map<String, String> settings() {
      return Map.of("recovery_target_name", name);
    }

    @Override
    public String text() {
      return "restore point " + name;
    }
  }

  /** A goal on another timeline than the latest. */
  record OnTimeline(RecoveryGoal goal, String timeline) implements RecoveryGoal {
    @Override
    public boolean isEnd() {
      return goal.isEnd();
    }

    @Override
    public RecoveryGoal atEnd() {
      return new OnTimeline(goal.atEnd(), timeline);
    }

    @Override
    public Map<String, String> settings() {
      Map<String, String> settings = new TreeMap<>(goal.settings());
      settings.put("recovery_target_timeline", timeline);
      return settings;
    }

    @Override
    public String text() {
      return goal.text() + " of timeline " + timeline;
    }
  }
}
