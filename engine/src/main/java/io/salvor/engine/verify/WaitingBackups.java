package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.repository.Repository;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Backups of write-only clients that need what nobody has read back yet. */
public final class WaitingBackups {
  private WaitingBackups() {}

  /**
   * Those whose own segments are in nobody's index yet, and what the same client has made since:
   * where nothing had changed that has no segments, and needs those before it.
   */
  public static Set<BackupId> of(Repository repository, BackupList list) {
    KeyRing keys = repository.keys();
    Set<ObjectId> taken = repository.index().superseded();
    Set<ObjectId> clients = new HashSet<>();
    Set<BackupId> waiting = new HashSet<>();
    for (Backup backup : list.backups()) {
      Optional<ObjectId> client =
          ObjectKind.MANIFEST.idIn(backup.object()).flatMap(keys::writerOf).map(KeyRing.Writer::id);
      boolean itself =
          backup.manifest().segments().stream()
              .map(Manifest.SegmentRef::id)
              .anyMatch(id -> keys.isForeign(id) && !taken.contains(id));
      if (itself) {
        client.ifPresent(clients::add);
      }
      if (itself || client.filter(clients::contains).isPresent()) {
        waiting.add(backup.id());
      }
    }
    return waiting;
  }
}
