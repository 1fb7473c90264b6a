package io.salvor.engine.fact;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A hold that nobody has released.
 *
 * @param note the id of its note
 * @param author who has put it, empty if the note is lost
 * @param since when, null if the note is lost: then only the ledger tells of it, and it holds
 */
public record ActiveHold(
    ObjectId note, BackupId backup, String author, String reason, @Nullable Instant since) {

  /** What a plan or a list says of it. */
  public String text() {
    return "held"
        + (author.isEmpty() ? "" : " by " + author)
        + (reason.isEmpty() ? "" : ": " + reason);
  }
}
