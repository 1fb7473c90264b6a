package io.salvor.engine.restore;

import io.salvor.engine.error.ErrorCode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restore has come to. Every change is told by its plan and log; here are the counts, and
 * what did not go as planned.
 *
 * @param undo id of the backup that takes it back; empty if there is none
 * @param problems the first {@link #MAX_PROBLEMS} of them
 */
public record RestoreReport(
    RestoreStatus status,
    Instant started,
    Instant finished,
    String undo,
    Results results,
    List<Problem> problems,
    List<Notice> notices) {
  /** How many problems are named; the rest is only counted. */
  public static final int MAX_PROBLEMS = 1000;

  public RestoreReport {
    problems = List.copyOf(problems);
    notices = List.copyOf(notices);
  }

  /** Entries by what became of them, and bytes of content written. */
  public record Results(
      long created, long updated, long deleted, long moved, long failed, long bytes) {}

  /**
   * An entry that is not as planned.
   *
   * @param key as text
   * @param code TARGET_MOVED if it has moved since the plan was made
   */
  public record Problem(String key, ErrorCode code, String message) {}

  /** The code that tells how bad it is; null if everything was restored. */
  public @Nullable ErrorCode worst() {
    return worst(problems);
  }

  /** The worst of some; null if there is none. */
  public static @Nullable ErrorCode worst(List<Problem> problems) {
    ErrorCode worst = null;
    for (Problem problem : problems) {
      if (worst == null || rank(problem.code()) > rank(worst)) {
        worst = problem.code();
      }
    }
    return worst;
  }

  private static int rank(ErrorCode code) {
    return switch (code.exit()) {
      case DAMAGED -> 4;
      case FAILED -> 3;
      case CONFLICTS -> 2;
      case PARTIAL -> 1;
      default -> 0;
    };
  }
}
