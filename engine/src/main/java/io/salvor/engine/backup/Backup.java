package io.salvor.engine.backup;

import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.storage.ObjectName;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * A backup as it is listed.
 *
 * @param checksum SHA-256 of the manifest's encoded form, hex
 * @param object where the manifest lies: below {@code backups/} if sealed, else the session's last
 *     checkpoint
 * @param sealed whether it was sealed; if not, it is what an interrupted session left
 */
public record Backup(Manifest manifest, String checksum, ObjectName object, boolean sealed) {
  /** The earlier first, whatever the clocks of their machines said. */
  static final Comparator<Backup> ORDER =
      Comparator.comparingLong((Backup b) -> b.manifest.lineage().sequence())
          .thenComparing(Backup::id);

  /** The backup's id. */
  public BackupId id() {
    return manifest.id();
  }

  /** How the ledger names it. */
  public LedgerEntry.Added ledgerLine() {
    return new LedgerEntry.Added(object.value(), HexFormat.of().parseHex(checksum), id().text());
  }

  /** Whether a later backup of the same source and host was sealed. */
  boolean isSupersededBy(Backup other) {
    Manifest.Origin theirs = other.manifest.origin();
    return !other.isUndo()
        && other.isJournal() == isJournal()
        && ORDER.compare(other, this) > 0
        && theirs.source().equals(manifest.origin().source())
        && theirs.host().equals(manifest.origin().host());
  }

  /** Whether this is what was captured continuously, and no recovery point by itself. */
  public boolean isJournal() {
    return manifest.lineage().type() == BackupType.JOURNAL;
  }

  /** Whether this is the undo of a restore rather than a backup that somebody asked for. */
  public boolean isUndo() {
    return manifest.undo() != null;
  }
}
