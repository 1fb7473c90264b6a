package io.salvor.engine.repair;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.OneObject;
import io.salvor.engine.verify.ObjectAudit;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Small objects that are damaged or missed.
 *
 * @param putBack those that the copy has
 * @param lost the others, and why
 * @param withheld those of the others that the storage does not give, though they may be in order
 * @param broken segments among the others
 * @param segments those that are put back
 * @param backups those whose manifests are put back
 * @param adopted backups and facts that no entry of the ledger names
 */
record SmallObjects(
    List<ObjectName> putBack,
    TreeMap<ObjectName, String> lost,
    Set<ObjectName> withheld,
    Set<ObjectId> broken,
    List<ObjectId> segments,
    List<Backup> backups,
    List<LedgerEntry.Added> adopted) {
  static final String WITHHELD =
      "check the disk or the service behind the storage, open it with a credential that was granted"
          + " every epoch, and run it again; or put it back from a copy, with --from";

  static SmallObjects survey(
      Repository repository,
      @Nullable Repository copy,
      Other other,
      BackupList list,
      ObjectAudit audit)
      throws IOException {
    TreeMap<ObjectName, String> missed = missed(repository, list, audit);
    List<LedgerEntry.Added> unnamed = unnamed(repository);
    if (copy != null && !unnamed.isEmpty()) {
      lostEntries(repository, copy, unnamed)
          .forEach(name -> missed.putIfAbsent(name, "the ledger entry is gone"));
    }
    SmallObjects found =
        new SmallObjects(
            new ArrayList<>(),
            new TreeMap<>(),
            new TreeSet<>(),
            new TreeSet<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    Set<String> named = new HashSet<>();
    for (Map.Entry<ObjectName, String> one : missed.entrySet()) {
      byte[] object = other.object(one.getKey()).orElse(null);
      if (object == null) {
        found.lack(repository, one.getKey(), one.getValue());
      } else {
        found.take(repository, one.getKey(), object, named);
      }
    }
    if (copy != null) {
      for (Backup backup : BackupList.read(copy).backups()) {
        if (found.putBack.contains(backup.object())) {
          found.backups.add(backup);
        }
      }
    }
    unnamed.stream().filter(line -> !named.contains(line.object())).forEach(found.adopted::add);
    return found;
  }

  private void lack(Repository repository, ObjectName name, String why) throws IOException {
    if (isWithheld(repository, name)) {
      withheld.add(name);
      lost.put(name, why);
      return;
    }
    ObjectKind.INDEX_SEGMENT.idIn(name).ifPresentOrElse(broken::add, () -> lost.put(name, why));
  }

  /**
   * Reads it once more: nothing may be concluded from what a storage does not give, nor from what
   * it gives wrong once and right the next time.
   */
  private static boolean isWithheld(Repository repository, ObjectName name) throws IOException {
    try {
      ObjectKind kind = ObjectKind.of(name).orElseThrow();
      byte[] object = repository.storage().get(name);
      byte[] _ = repository.keys().openSmall(kind, kind.idIn(name).orElseThrow(), object);
      return true;
    } catch (NoSuchFileException | MalformedException e) {
      return false;
    } catch (IOException | SalvorException e) {
      if (OneObject.unreadable(e).isPresent()) {
        return true;
      }
      if (e instanceof SalvorException known && isWrong(known)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isWrong(SalvorException e) {
    return e.code().isDamage() || e.code() == ErrorCode.FORMAT_NEWER;
  }

  private void take(Repository repository, ObjectName name, byte[] object, Set<String> named) {
    putBack.add(name);
    ObjectKind.INDEX_SEGMENT.idIn(name).ifPresent(segments::add);
    ObjectKind.LEDGER_ENTRY
        .idIn(name)
        .ifPresent(
            id -> {
              byte[] message = repository.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object);
              LedgerEntry.decode(message).added().forEach(line -> named.add(line.object()));
            });
  }

  private static TreeMap<ObjectName, String> missed(
      Repository repository, BackupList list, ObjectAudit audit) throws IOException {
    TreeMap<ObjectName, String> missed = new TreeMap<>();
    list.damaged().forEach(name -> missed.put(name, "the object is gone, or cannot be read"));
    audit.damaged().forEach((name, why) -> missed.put(name, "the object cannot be read: " + why));
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      missed.put(
          new ObjectName(line.object()), "the manifest of backup " + line.label() + " is gone");
    }
    Facts facts = Facts.of(repository);
    facts.damaged().forEach(name -> missed.put(name, "the fact cannot be read"));
    facts.lost().forEach(line -> missed.put(new ObjectName(line.object()), "the fact is gone"));
    for (LedgerIssue issue : repository.ledger().issues()) {
      missed.putIfAbsent(issue.object(), "the ledger entry is gone");
    }
    for (Backup backup : list.backups()) {
      for (ObjectId segment : Survey.segments(backup)) {
        if (!audit.segments().containsKey(segment)) {
          missed.putIfAbsent(ObjectKind.INDEX_SEGMENT.name(segment), "the index segment is gone");
        }
      }
    }
    // What another object stands for, or was removed, is not missed.
    missed
        .keySet()
        .removeIf(
            name ->
                ObjectKind.INDEX_SEGMENT.idIn(name).filter(audit.superseded()::contains).isPresent()
                    || ObjectKind.LEDGER_ENTRY
                        .idIn(name)
                        .filter(repository.ledger()::spares)
                        .isPresent()
                    || repository.ledger().removed().contains(name.value()));
    return missed;
  }

  private static List<LedgerEntry.Added> unnamed(Repository repository) throws IOException {
    List<LedgerEntry.Added> unnamed = new ArrayList<>();
    for (Backup backup : BackupList.unnamed(repository)) {
      // A writer that is at work will name it itself.
      if (repository
          .storage()
          .find(ObjectKind.SESSION_OPEN.name(backup.manifest().session()))
          .isEmpty()) {
        unnamed.add(backup.ledgerLine());
      }
    }
    unnamed.addAll(Facts.of(repository).unnamed());
    return unnamed;
  }

  /** Entries of the copy that add what nothing here adds: they were here. */
  private static List<ObjectName> lostEntries(
      Repository repository, Repository copy, List<LedgerEntry.Added> unnamed) throws IOException {
    Set<String> wanted = new HashSet<>();
    unnamed.forEach(line -> wanted.add(line.object()));
    TreeSet<ObjectName> there = new TreeSet<>();
    copy.storage().list(ObjectKind.LEDGER_ENTRY.prefix(), info -> there.add(info.name()));
    List<ObjectName> lost = new ArrayList<>();
    for (ObjectName name : there) {
      ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElse(null);
      if (id == null
          || repository.ledger().spares(id)
          || repository.storage().find(name).isPresent()) {
        continue;
      }
      try {
        byte[] object = copy.storage().get(name);
        LedgerEntry entry =
            LedgerEntry.decode(copy.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object));
        if (entry.added().stream().anyMatch(line -> wanted.contains(line.object()))) {
          lost.add(name);
        }
      } catch (MalformedException e) {
        continue;
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
      }
    }
    return lost;
  }

  /** What helps where nothing can be done here. */
  String remedy(ObjectName name) {
    if (withheld.contains(name)) {
      return WITHHELD;
    }
    return switch (ObjectKind.of(name).orElse(ObjectKind.STATE)) {
      case SESSION_OPEN, SESSION_END, CHECKPOINT ->
          "a writer was cut off while it wrote it: a prune takes it away, or remove it by hand";
      case CONDEMNATION, REVOCATION -> "remove it while no prune and no backup is at work";
      default -> "put it back from a copy, with --from; backups are not touched";
    };
  }
}
