package io.salvor.engine.restore;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Leaves in the repository that the whole of a backup was restored. */
public final class RestoreProof {
  private RestoreProof() {}

  /**
   * Whether a restore of everything has written all that the backup holds. What was there already
   * proves nothing of the repository; only the target itself may have been.
   */
  public static boolean isWhole(RestorePlan plan, RestoreReport report) {
    RestorePlan.Counts counts = plan.counts();
    boolean all =
        counts.conflicts() == 0 || plan.options().strategy() == ConflictStrategy.OVERWRITE;
    return all
        && counts.create() > 0
        && counts.update() + counts.unchanged() <= 1
        && counts.skipped() == 0
        && report.status() == RestoreStatus.DONE
        && report.worst() == null;
  }

  /**
   * Adds a fact, where the storage can be written.
   *
   * @return why it could not be added; empty if it was
   */
  public static Optional<Exception> leave(
      Repository repository, RestorePlan plan, RestoreReport report, String author) {
    RestorePlan.Counts counts = plan.counts();
    Duration took = Duration.between(report.started(), report.finished());
    Fact.Restored fact =
        new Fact.Restored(
            new BackupId(plan.origin().backup()),
            plan.provider(),
            took.isNegative() ? Duration.ZERO : took,
            counts.create() + counts.update() + counts.unchanged(),
            report.results().bytes(),
            plan.options().check().name().toLowerCase(Locale.ROOT));
    try {
      Note _ = Facts.add(repository, fact, author);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.DEFECT || e.code() == ErrorCode.INTERRUPTED) {
        throw e;
      }
      return Optional.of(e);
    }
  }
}
