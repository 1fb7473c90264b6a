package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Holds what is there against what the ledger says: every object that it names, and itself. */
public final class LedgerAudit {
  private final Repository repository;
  private final BackupList list;
  private final Findings findings;
  private final Remedies remedies;

  LedgerAudit(Repository repository, BackupList list, Findings findings) {
    this.repository = repository;
    this.list = list;
    this.findings = findings;
    this.remedies = Remedies.of(repository);
  }

  void run() throws IOException, InterruptedException {
    manifests();
    others();
    unnamedFacts();
    issues();
  }

  private void manifests() throws IOException, InterruptedException {
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      findings.elsewhere(
          line.object(),
          "the manifest of backup " + line.label() + " is gone",
          remedies.putBack(),
          new BackupId(line.label()));
    }
    for (Backup backup : list.backups()) {
      if (backup.sealed() && !isNamed(backup)) {
        unnamed(backup);
      }
    }
    for (ObjectName name : list.dead()) {
      findings.notice(
          name.value(),
          "the manifest of a backup that was forgotten, or that never counted, is still there",
          "nothing needs to be done: the next `salvor forget` or `salvor prune` takes it away");
    }
  }

  /** Their authors died before they could have them named, or what named them is gone. */
  private void unnamedFacts() throws IOException {
    for (LedgerEntry.Added line : Facts.of(repository).unnamed()) {
      findings.notice(
          line.object(),
          "no ledger entry names the fact \"" + line.label() + "\"; it counts all the same",
          "nothing needs to be done: the next fact's entry names it");
    }
  }

  /** What else the ledger names: facts, key objects, whatever is added to it. */
  private void others() throws IOException {
    for (LedgerEntry.Added line : lost(repository)) {
      findings.elsewhere(line.object(), what(line) + " is gone", remedies.putBack());
    }
    for (LedgerEntry.Added line : List.copyOf(repository.ledger().existing().values())) {
      if (isManifest(line)) {
        continue;
      }
      try {
        byte[] object = repository.storage().get(new ObjectName(line.object()));
        if (!Arrays.equals(Sha256.of(object), line.sha256())) {
          findings.elsewhere(
              line.object(), what(line) + " is not what was written", remedies.putBack());
        }
      } catch (NoSuchFileException e) {
        // Told above, or removed since.
        continue;
      }
    }
  }

  /**
   * Objects other than manifests that exist by the ledger and are gone: facts, key objects,
   * whatever was added to it. One list for each of their directories.
   */
  public static List<LedgerEntry.Added> lost(Repository repository) throws IOException {
    Ledger ledger = repository.ledger();
    Set<String> directories = new TreeSet<>();
    List<LedgerEntry.Added> lines = new ArrayList<>();
    for (LedgerEntry.Added line : ledger.existing().values()) {
      if (!isManifest(line)) {
        lines.add(line);
        directories.add(line.object().substring(0, line.object().indexOf('/') + 1));
      }
    }
    Set<String> there = new HashSet<>();
    for (String directory : directories) {
      repository.storage().list(directory, info -> there.add(info.name().value()));
    }
    lines.removeIf(line -> there.contains(line.object()));
    List<LedgerEntry.Added> lost = new ArrayList<>();
    for (LedgerEntry.Added line : lines) {
      if (repository.storage().find(new ObjectName(line.object())).isEmpty()) {
        lost.add(line);
      }
    }
    if (!lost.isEmpty()) {
      // Whoever has removed one has said so in the ledger before.
      ledger.refresh();
      lost.removeIf(line -> !ledger.existing().containsKey(line.object()));
    }
    return lost;
  }

  private static boolean isManifest(LedgerEntry.Added line) {
    return line.object().startsWith(ObjectKind.MANIFEST.prefix());
  }

  private static String what(LedgerEntry.Added line) {
    String kind = line.object().startsWith(ObjectKind.FACT.prefix()) ? "the fact" : "the object";
    return line.label().isEmpty() ? kind : kind + " \"" + line.label() + "\"";
  }

  private void issues() throws IOException {
    for (LedgerIssue issue : repository.ledger().issues()) {
      switch (issue) {
        case LedgerIssue.EntryDamaged e ->
            findings.elsewhere(e.object().value(), "the ledger entry cannot be read", orGiveUp());
        case LedgerIssue.EntryLost e ->
            findings.elsewhere(
                e.object().value(),
                "the ledger entry is gone, and with it what tells of the backups it added",
                orGiveUp());
        case LedgerIssue.RolledBack e ->
            findings.elsewhere(
                e.object().value(),
                "ledger entry "
                    + e.number()
                    + " was seen by this machine and is gone: newer backups were lost, or the"
                    + " storage was put back to an earlier state",
                "find out who has put the storage back; " + orGiveUp());
      }
    }
  }

  private String orGiveUp() {
    return remedies.putBack()
        + "; if none has it, or the storage shall be as it is from now on, `salvor repair"
        + " --accept-loss` gives it up";
  }

  private boolean isNamed(Backup backup) {
    return repository.ledger().existing().containsKey(backup.object().value());
  }

  /** Whether it has been forgotten since, or has, had or will have another name: sealed anew. */
  private boolean isElsewhere(Backup backup) {
    return repository.ledger().removed().contains(backup.object().value())
        || repository.ledger().existing().values().stream()
            .anyMatch(
                line ->
                    line.object().startsWith(ObjectKind.MANIFEST.prefix())
                        && line.label().equals(backup.id().text()));
  }

  /** A writer ends its session only after its ledger entry. */
  private void unnamed(Backup backup) throws IOException, InterruptedException {
    ObjectId session = backup.manifest().session();
    if (repository.storage().find(ObjectKind.SESSION_OPEN.name(session)).isPresent()
        || repository.storage().find(ObjectKind.REVOCATION.name(session)).isPresent()
        || CopySession.isUnderWay(repository)) {
      findings.notice(
          backup.object().value(),
          "no ledger entry names backup "
              + backup.id()
              + ": its writer died before it could, or is about to",
          "nothing needs to be done: the next backup's entry names it");
      return;
    }
    // It may have come since, or not be listed yet; and the backup may be gone, or have another
    // name.
    repository.awaitListings();
    repository.ledger().refresh();
    if (!isNamed(backup) && !isElsewhere(backup)) {
      findings.elsewhere(
          ObjectKind.LEDGER_ENTRY.prefix(),
          "the ledger entry of backup " + backup.id() + " is gone",
          "the next backup's entry names it; find out what removes objects from the storage",
          backup.id());
    }
  }
}
