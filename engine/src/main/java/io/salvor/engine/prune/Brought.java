package io.salvor.engine.prune;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a copier that was given up had brought and not named yet: nobody else explains it. The
 * copier, when it finds out, takes back what it does not find named, so that both look again after
 * they have acted.
 *
 * @param lines what the ledger is to say of it
 * @param objects the manifests as they were stored
 */
record Brought(List<LedgerEntry.Added> lines, Map<ObjectName, byte[]> objects) {
  static final Brought NOTHING = new Brought(List.of(), Map.of());

  /**
   * Finds it.
   *
   * @param list of what is marked; what comes after it nobody has marked
   */
  static Brought find(Repository repository, BackupList list) throws IOException {
    List<LedgerEntry.Added> lines = new ArrayList<>();
    Map<ObjectName, byte[]> objects = new TreeMap<>();
    for (Backup backup : BackupList.unnamed(repository)) {
      if (list.objects().contains(backup.object())) {
        try {
          objects.put(backup.object(), repository.storage().get(backup.object()));
          lines.add(backup.ledgerLine());
        } catch (NoSuchFileException e) {
          // The copier has taken it back.
        }
      }
    }
    return new Brought(lines, objects);
  }

  /** Puts back what the copier has taken away before it could see the ledger's entry. */
  void keep(Repository repository) throws IOException, InterruptedException {
    for (Map.Entry<ObjectName, byte[]> manifest : objects.entrySet()) {
      ObjectName name = manifest.getKey();
      if (repository.storage().find(name).isEmpty()) {
        repository.awaitListings();
        repository.ledger().refresh();
        if (repository.ledger().existing().containsKey(name.value())) {
          repository.storage().put(name, manifest.getValue());
        }
      }
    }
  }
}
