package io.salvor.engine.copy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Backups that were forgotten in a repository, under whatever names others have them. */
final class Forgotten {
  private Forgotten() {}

  /**
   * Their ids. The ledger removes names, and a manifest that is sealed anew has another one: so it
   * is the evidence that counts, as far as the ledger names it and no such backup.
   */
  private static Set<String> in(Repository repository) throws IOException {
    Set<String> ids = new HashSet<>();
    Facts facts = Facts.of(repository);
    for (Map.Entry<ObjectName, Note> note : facts.objects().entrySet()) {
      if (note.getValue().fact() instanceof Fact.Forgotten forgotten
          && repository.ledger().existing().containsKey(note.getKey().value())) {
        forgotten.backups().stream().map(BackupId::text).forEach(ids::add);
      }
    }
    if (!ids.isEmpty()) {
      repository.ledger().existing().values().stream()
          .filter(Forgotten::isManifest)
          .map(LedgerEntry.Added::label)
          .forEach(ids::remove);
    }
    return ids;
  }

  /** Names in one ledger of what was forgotten in {@code to}, but for those that it removes. */
  static Set<String> names(Repository from, Repository to) throws IOException {
    Set<String> forgotten = in(to);
    Set<String> names = new TreeSet<>();
    for (LedgerEntry.Added line : from.ledger().existing().values()) {
      if (isManifest(line)
          && forgotten.contains(line.label())
          && !to.ledger().removed().contains(line.object())) {
        names.add(line.object());
      }
    }
    return names;
  }

  static boolean isManifest(LedgerEntry.Added line) {
    return line.object().startsWith(ObjectKind.MANIFEST.prefix());
  }
}
