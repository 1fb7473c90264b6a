package io.salvor.engine.retention;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Facts;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a plan has to know of a sealed backup.
 *
 * @param sequence the later of two backups has the greater one
 * @param undoUntil for what undoes a restore: until when it is held, else null
 * @param holds why nobody may forget it, in words
 */
public record Candidate(
    BackupId id,
    String source,
    String host,
    BackupType type,
    BackupStatus status,
    long sequence,
    Instant started,
    @Nullable Instant undoUntil,
    List<String> holds) {

  /** The earlier first, whatever the clocks of their machines said. */
  static final Comparator<Candidate> ORDER =
      Comparator.comparingLong(Candidate::sequence).thenComparing(Candidate::id);

  public Candidate {
    holds = List.copyOf(holds);
  }

  /** What is known of a sealed backup. */
  public static Candidate of(Backup backup, Facts facts) {
    Manifest m = backup.manifest();
    return new Candidate(
        backup.id(),
        m.origin().source(),
        m.origin().host(),
        m.lineage().type(),
        m.status(),
        m.lineage().sequence(),
        m.started(),
        m.undo() == null ? null : m.undo().heldUntil(),
        facts.holds(backup.id()).stream().map(ActiveHold::text).toList());
  }
}
