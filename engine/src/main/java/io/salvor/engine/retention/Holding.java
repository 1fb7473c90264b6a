package io.salvor.engine.retention;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Puts a backup on hold. Where somebody forgets it at the same time one of the two wins, and what
 * each is told is true: the hold is stored before the forgettings under way are looked for, and a
 * forgetting tells of itself before it looks for holds. One that tells of itself and does not come
 * to its end within {@link #PATIENCE} is called off: its author has died, or reads that.
 */
public final class Holding {
  /** How long a forgetting under way is waited for. */
  public static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration STEP = Duration.ofSeconds(1);

  private Holding() {}

  /**
   * Puts it on hold; when this returns, nobody forgets it until the hold is released.
   *
   * @param author whoever says so
   * @throws SalvorException BACKUP_UNKNOWN if somebody has just forgotten it
   */
  public static Note hold(Repository repository, BackupId id, String reason, String author)
      throws IOException, InterruptedException {
    Note note = Facts.add(repository, new Fact.Hold(id, reason), author);
    repository.awaitListings();
    Duration left = PATIENCE;
    List<String> forgettings = forgettings(repository, id);
    while (!forgettings.isEmpty() && left.isPositive()) {
      requireThere(repository, id);
      repository.sleep(STEP);
      left = left.minus(STEP);
      forgettings = forgettings(repository, id);
    }
    if (!forgettings.isEmpty()) {
      repository
          .ledger()
          .append(
              LedgerChange.removing(forgettings), repository.now(), author, repository.random());
      repository.awaitListings();
    }
    requireThere(repository, id);
    return note;
  }

  /** The evidence of forgettings of the backup, which count only if it is gone. */
  private static List<String> forgettings(Repository repository, BackupId id) throws IOException {
    return Facts.of(repository).objects().entrySet().stream()
        .filter(
            note ->
                note.getValue().fact() instanceof Fact.Forgotten forgotten
                    && forgotten.backups().contains(id))
        .map(note -> note.getKey().value())
        .toList();
  }

  private static void requireThere(Repository repository, BackupId id) throws IOException {
    boolean there =
        BackupList.read(repository).backups().stream()
            .anyMatch(backup -> backup.sealed() && backup.id().equals(id));
    if (!there) {
      throw new SalvorException(
          ErrorCode.BACKUP_UNKNOWN,
          "The backup " + id + " is not on hold",
          "somebody has just forgotten it",
          "see `salvor list` for the backups that are left");
    }
  }
}
