package io.salvor.engine.backup;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The backups of a repository at one moment: the sealed ones, and what interrupted sessions have
 * left, oldest first.
 *
 * @param backups in the order in which they were begun
 * @param objects the names below {@code backups/} that are there, readable or not
 * @param damaged objects that cannot be read, or are missed
 */
public record BackupList(List<Backup> backups, Set<ObjectName> objects, List<ObjectName> damaged) {
  private static final int SHOWN_CANDIDATES = 4;

  public BackupList {
    backups = List.copyOf(backups);
    objects = Set.copyOf(objects);
    damaged = List.copyOf(damaged);
  }

  /** Reads them all. Sessions are read before manifests, so that none is missed in between. */
  public static BackupList read(Storage storage, KeyRing keys) throws IOException {
    List<ObjectName> damaged = new ArrayList<>();
    List<OpenSession> sessions = OpenSession.list(storage, keys, damaged::add);
    Set<ObjectName> objects = names(storage);
    List<Backup> sealed = sealed(storage, keys, objects, damaged);
    List<Backup> backups = new ArrayList<>(sealed);
    Set<ObjectId> sealedSessions = new HashSet<>();
    sealed.forEach(b -> sealedSessions.add(b.manifest().session()));
    for (OpenSession session : sessions) {
      SessionRecord.Checkpoint checkpoint = session.checkpoint();
      if (checkpoint != null && !sealedSessions.contains(session.open().session())) {
        interrupted(checkpoint, damaged)
            .filter(attempt -> sealed.stream().noneMatch(attempt::isSupersededBy))
            .ifPresent(backups::add);
      }
    }
    backups.sort(Backup.ORDER);
    return new BackupList(backups, objects, damaged);
  }

  /**
   * Sealed backups whose objects {@code known} does not name and whose writers were not given up.
   */
  static List<Backup> sealedExcept(Set<String> known, Storage storage, KeyRing keys)
      throws IOException {
    Set<ObjectName> objects = names(storage);
    objects.removeIf(name -> known.contains(name.value()));
    List<Backup> backups = new ArrayList<>();
    for (Backup backup : sealed(storage, keys, objects, new ArrayList<>())) {
      // What a writer sealed after it was given up does not count.
      ObjectName revocation = ObjectKind.REVOCATION.name(backup.manifest().session());
      if (storage.find(revocation).isEmpty()) {
        backups.add(backup);
      }
    }
    return backups;
  }

  /** Whether the object is to blame, and not the storage. */
  static boolean isUnreadable(SalvorException e) {
    return e.code().isDamage() || e.code() == ErrorCode.FORMAT_NEWER;
  }

  /** One more than the greatest sequence number of all. */
  long nextSequence() {
    return 1 + backups.stream().mapToLong(b -> b.manifest().lineage().sequence()).max().orElse(0);
  }

  private static Set<ObjectName> names(Storage storage) throws IOException {
    Set<ObjectName> names = new HashSet<>();
    storage.list(
        ObjectKind.MANIFEST.prefix(),
        info -> ObjectKind.MANIFEST.idIn(info.name()).ifPresent(id -> names.add(info.name())));
    return names;
  }

  private static List<Backup> sealed(
      Storage storage, KeyRing keys, Set<ObjectName> objects, List<ObjectName> damaged)
      throws IOException {
    List<Backup> backups = new ArrayList<>();
    for (ObjectName name : List.copyOf(objects)) {
      ObjectId id = ObjectKind.MANIFEST.idIn(name).orElseThrow();
      try {
        byte[] message = keys.openSmall(ObjectKind.MANIFEST, id, storage.get(name));
        Manifest manifest = ManifestCodec.decode(message);
        backups.add(new Backup(manifest, checksum(message), name, true));
      } catch (NoSuchFileException e) {
        objects.remove(name);
      } catch (MalformedException e) {
        damaged.add(name);
      } catch (SalvorException e) {
        if (!isUnreadable(e)) {
          throw e;
        }
        damaged.add(name);
      }
    }
    return backups;
  }

  /**
   * The sealed backups that exist by the ledger and whose manifests are gone.
   *
   * @return what the ledger says of each
   */
  public List<LedgerEntry.Added> lost(Ledger ledger, Storage storage) throws IOException {
    if (lost(ledger.existing()).isEmpty()) {
      return List.of();
    }
    // Somebody may have deleted one between our reading of the ledger and of the list.
    ledger.refresh();
    List<LedgerEntry.Added> lost = new ArrayList<>();
    for (LedgerEntry.Added line : lost(ledger.existing())) {
      if (storage.find(new ObjectName(line.object())).isEmpty()) {
        lost.add(line);
      }
    }
    return lost;
  }

  private List<LedgerEntry.Added> lost(SortedMap<String, LedgerEntry.Added> existing) {
    return existing.values().stream()
        .filter(line -> line.object().startsWith(ObjectKind.MANIFEST.prefix()))
        .filter(line -> !objects.contains(new ObjectName(line.object())))
        .toList();
  }

  /** The SHA-256 of a manifest's encoded form, hex. */
  static String checksum(byte[] message) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(message));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * The backup with this id, or the only one whose id begins so.
   *
   * @throws SalvorException BACKUP_UNKNOWN or BACKUP_AMBIGUOUS
   */
  public Backup byPrefix(String prefix) {
    List<Backup> found = backups.stream().filter(b -> b.id().text().startsWith(prefix)).toList();
    if (prefix.isEmpty() || found.isEmpty()) {
      throw new SalvorException(
          ErrorCode.BACKUP_UNKNOWN,
          "There is no backup " + prefix,
          "no id in this repository begins so",
          "see `salvor list` for the ids");
    }
    if (found.size() > 1) {
      throw new SalvorException(
          ErrorCode.BACKUP_AMBIGUOUS,
          "More than one backup begins with " + prefix,
          candidates(found),
          "write more of the id");
    }
    return found.getFirst();
  }

  /** The newest sealed backup that somebody asked for and {@code wanted} takes. */
  public Optional<Backup> latest(Predicate<Backup> wanted) {
    return backups.stream()
        .filter(b -> b.sealed() && !b.isUndo())
        .filter(b -> b.manifest().status() != BackupStatus.FAILED)
        .filter(wanted)
        .reduce((earlier, later) -> later);
  }

  private static String candidates(List<Backup> found) {
    String names =
        found.stream()
            .limit(SHOWN_CANDIDATES)
            .map(b -> b.id().text())
            .collect(Collectors.joining(", "));
    int more = found.size() - SHOWN_CANDIDATES;
    return "it may be " + names + (more > 0 ? " or one of " + more + " others" : "");
  }

  private static Optional<Backup> interrupted(
      SessionRecord.Checkpoint checkpoint, List<ObjectName> damaged) {
    ObjectName name = ObjectKind.checkpoint(checkpoint.session(), checkpoint.number());
    try {
      Manifest manifest = ManifestCodec.decode(checkpoint.manifest());
      if (checkpoint.last()) {
        manifest = manifest.withStatus(BackupStatus.INTERRUPTED);
      }
      String checksum = checksum(ManifestCodec.encode(manifest));
      return Optional.of(new Backup(manifest, checksum, name, false));
    } catch (MalformedException e) {
      damaged.add(name);
      return Optional.empty();
    }
  }
}
