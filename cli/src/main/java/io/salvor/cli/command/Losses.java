package io.salvor.cli.command;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.LedgerAudit;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a repository is known to have lost; whoever lists backups has to hear of it. */
final class Losses {
  /** One loss. */
  record Loss(ErrorCode code, String object, String message) {}

  /** As backup ids begin. */
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Losses() {}

  /** Lost and damaged manifests, and what is wrong with the ledger. */
  static List<Loss> find(BackupList list, Repository repository) throws IOException {
    List<Loss> losses = new ArrayList<>();
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      losses.add(
          new Loss(
              ErrorCode.MANIFEST_LOST,
              line.object(),
              "the manifest of backup " + line.label() + " is gone; see `salvor verify`"));
    }
    for (LedgerEntry.Added line : LedgerAudit.lost(repository)) {
      losses.add(
          new Loss(
              ErrorCode.OBJECT_LOST,
              line.object(),
              "the object (" + line.label() + ") is gone; see `salvor verify`"));
    }
    for (ObjectName object : list.damaged()) {
      losses.add(
          new Loss(
              ErrorCode.OBJECT_DAMAGED, object.value(), "cannot be read; see `salvor verify`"));
    }
    losses.addAll(ofLedger(repository));
    return losses;
  }

  /** What is wrong with the ledger itself, as it was read last. */
  static List<Loss> ofLedger(Repository repository) throws IOException {
    List<Loss> losses = new ArrayList<>();
    for (LedgerIssue issue : repository.ledger().issues()) {
      losses.add(
          switch (issue) {
            case LedgerIssue.EntryDamaged e ->
                new Loss(
                    ErrorCode.OBJECT_DAMAGED,
                    e.object().value(),
                    "the ledger entry is damaged; see `salvor verify`");
            case LedgerIssue.EntryLost e ->
                new Loss(
                    ErrorCode.OBJECT_LOST,
                    e.object().value(),
                    "the ledger entry is gone, and with it what tells of the backups it added; see"
                        + " `salvor verify`");
            case LedgerIssue.RolledBack e ->
                new Loss(
                    ErrorCode.STORAGE_ROLLED_BACK,
                    e.object().value(),
                    "this machine has seen ledger entry "
                        + e.number()
                        + ", which is gone: the storage was put back to an earlier state, or newer"
                        + " backups were lost; see `salvor verify`");
          });
    }
    return losses;
  }

  /** The ids of lost backups that are later than one and were begun by a time, in order. */
  static List<String> between(
      String after, @Nullable Instant until, BackupList list, Repository repository)
      throws IOException {
    String last = until == null ? "~" : SECOND.format(until) + "~";
    return ids(list, repository).stream()
        .filter(id -> id.compareTo(after) > 0 && id.compareTo(last) < 0)
        .toList();
  }

  /** The ids of lost backups that begin so. */
  static List<String> named(String prefix, BackupList list, Repository repository)
      throws IOException {
    return prefix.isEmpty()
        ? List.of()
        : ids(list, repository).stream().filter(id -> id.startsWith(prefix)).toList();
  }

  private static SortedSet<String> ids(BackupList list, Repository repository) throws IOException {
    SortedSet<String> ids = new TreeSet<>();
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      ids.add(line.label());
    }
    for (LedgerEntry.Added line : repository.ledger().existing().values()) {
      if (list.damaged().stream().anyMatch(object -> object.value().equals(line.object()))) {
        ids.add(line.label());
      }
    }
    return ids;
  }

  /** Tells people and programs of them. */
  static void warn(BackupList list, Repository repository, Session session) throws IOException {
    for (Loss loss : find(list, repository)) {
      session.warn(loss.object(), loss.message(), loss.code().code());
    }
  }
}
