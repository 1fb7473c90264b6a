package io.salvor.engine.backup;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a backup is captured against.
 *
 * @param type what it will be called
 * @param parent the backup that changes are counted against, null for the first
 * @param base of a differential, its full
 * @param compared whose entries need not be read again if nothing has changed; null to read
 *     everything
 * @param interrupted attempts at the same source that died; what they have is taken up
 * @param downgraded whether another type was asked for and there is no predecessor for it
 */
record Predecessors(
    BackupType type,
    @Nullable Backup parent,
    @Nullable Backup base,
    @Nullable Backup compared,
    List<Backup> interrupted,
    boolean downgraded) {

  static Predecessors of(BackupList list, String source, BackupRequest request, boolean undo) {
    if (request.type() == BackupType.JOURNAL) {
      Backup last = list.journals(source).stream().reduce((one, other) -> other).orElse(null);
      return new Predecessors(BackupType.JOURNAL, last, null, last, List.of(), false);
    }
    if (undo) {
      return new Predecessors(BackupType.FULL, null, null, null, List.of(), false);
    }
    Predicate<Backup> same =
        b ->
            b.manifest().origin().source().equals(source)
                && b.manifest().origin().host().equals(request.host());
    Optional<Backup> last = list.latest(same);
    Optional<Backup> full =
        list.latest(same.and(b -> b.manifest().lineage().type() == BackupType.FULL));
    List<Backup> interrupted =
        list.backups().stream()
            .filter(same.and(b -> !b.sealed() && !b.isUndo() && !b.isJournal()))
            .toList()
            .reversed();
    Backup parent = last.orElse(null);
    BackupType asked = request.type();
    if (asked == BackupType.FULL) {
      return new Predecessors(BackupType.FULL, parent, null, null, List.of(), false);
    }
    if (asked == BackupType.DIFFERENTIAL && full.isPresent()) {
      Backup base = full.get();
      return new Predecessors(BackupType.DIFFERENTIAL, base, base, base, interrupted, false);
    }
    if (asked == BackupType.DIFFERENTIAL || parent == null) {
      return new Predecessors(BackupType.FULL, parent, null, null, interrupted, asked != null);
    }
    return new Predecessors(BackupType.INCREMENTAL, parent, null, parent, interrupted, false);
  }
}
