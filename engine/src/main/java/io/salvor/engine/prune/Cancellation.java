package io.salvor.engine.prune;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.List;

/** Asks a writer at work to stop, wherever it runs. */
public final class Cancellation {
  private Cancellation() {}

  /**
   * Cancels a backup that has not ended. Its writer stops at its next checkpoint, or when it is
   * going to seal; what it has stored can be taken up by another backup.
   *
   * @param id of the session or of the backup, or the beginning of one
   * @return what was cancelled
   * @throws SalvorException SESSION_UNKNOWN or BACKUP_AMBIGUOUS
   */
  public static FoundSession cancel(Repository repository, String id, String author)
      throws IOException {
    repository.ledger().refresh();
    List<FoundSession> found =
        SessionList.read(repository).sessions().stream()
            .filter(session -> !session.closed() && isNamed(session, id))
            .toList();
    if (found.isEmpty() || id.isEmpty()) {
      throw new SalvorException(
          ErrorCode.SESSION_UNKNOWN,
          "There is no backup at work with the id " + id,
          "no session that has not ended, and no backup of one, begins so",
          "see `salvor prune --dry-run`, or `salvor list` for what was interrupted");
    }
    if (found.size() > 1) {
      throw new SalvorException(
          ErrorCode.BACKUP_AMBIGUOUS,
          "More than one backup at work begins with " + id,
          "there are " + found.size(),
          "write more of the id");
    }
    FoundSession session = found.getFirst();
    if (!session.revoked()) {
      new Revocation(session.id(), repository.now(), author, true)
          .publish(repository.storage(), repository.keys());
    }
    return session;
  }

  private static boolean isNamed(FoundSession session, String id) {
    return session.id().toString().startsWith(id)
        || session.open() != null && session.open().backup().text().startsWith(id);
  }
}
