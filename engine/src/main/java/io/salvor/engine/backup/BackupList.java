package io.salvor.engine.backup;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param dead names below {@code backups/} that are there and count no more: removed by the ledger,
 *     or void; one that somebody is giving to a backup of the ledger is none
 */
public record BackupList(
    List<Backup> backups, Set<ObjectName> objects, List<ObjectName> damaged, Set<ObjectName> dead) {
  /** What somebody sees who cannot read manifests. */
  static final BackupList NONE = new BackupList(List.of(), Set.of(), List.of(), Set.of());

  /** What somebody sees who knows of one backup, and cannot read the others. */
  static BackupList only(Backup known) {
    return new BackupList(List.of(known), Set.of(known.object()), List.of(), Set.of());
  }

  private static final int SHOWN_CANDIDATES = 4;

  public BackupList {
    backups = List.copyOf(backups);
    objects = Set.copyOf(objects);
    damaged = List.copyOf(damaged);
    dead = Set.copyOf(dead);
  }

  /**
   * Reads those that count by the ledger, which is refreshed on the way: after the manifests were
   * listed, so that one that is deleted meanwhile is known to be removed. Sessions are read before
   * manifests, so that none is missed in between.
   */
  public static BackupList read(Repository repository) throws IOException {
    return read(repository.storage(), repository.keys(), repository.ledger());
  }

  static BackupList read(Storage storage, KeyRing keys, Ledger ledger) throws IOException {
    List<ObjectName> damaged = new ArrayList<>();
    List<OpenSession> sessions = OpenSession.list(storage, keys, damaged::add);
    Set<ObjectName> objects = names(storage);
    ledger.refresh();
    addUnlisted(storage, ledger, objects);
    Set<ObjectName> dead = new HashSet<>(objects);
    dead.removeIf(name -> !ledger.removed().contains(name.value()));
    Set<ObjectName> wanted = new HashSet<>(objects);
    wanted.removeAll(dead);
    List<Backup> found = new ArrayList<>();
    for (Set<ObjectName> next = new HashSet<>(wanted); !next.isEmpty(); ) {
      Set<ObjectName> vanished = new HashSet<>(next);
      found.addAll(sealed(storage, keys, next, damaged));
      vanished.removeAll(next);
      wanted.removeAll(vanished);
      next = vanished.isEmpty() ? Set.of() : renamed(storage, ledger, objects);
      objects.addAll(next);
      wanted.addAll(next);
    }
    // One that is just being encrypted again is there twice; one of the two is in the ledger.
    Map<String, Backup> counting = new LinkedHashMap<>();
    Set<ObjectId> done = new HashSet<>();
    for (Backup backup : found) {
      done.add(backup.manifest().session());
    }
    if (!found.stream().allMatch(backup -> counts(backup, ledger))) {
      // Under its old name it may be gone by now: then the entry that has named it is there.
      ledger.refresh();
    }
    Set<String> named = labels(ledger);
    for (Backup backup : found) {
      if (counts(backup, ledger)) {
        counting.merge(
            backup.checksum(),
            backup,
            (one, other) -> ledger.existing().containsKey(one.object().value()) ? one : other);
      } else if (!named.contains(backup.id().text())) {
        dead.add(backup.object());
      }
    }
    objects.removeIf(name -> !wanted.contains(name) && !dead.contains(name));
    List<Backup> sealed = List.copyOf(counting.values());
    List<Backup> backups = new ArrayList<>(sealed);
    for (OpenSession session : sessions) {
      SessionRecord.Checkpoint checkpoint = session.checkpoint();
      ObjectId id = session.open().session();
      boolean closed = ledger.closures().containsKey(id);
      if (checkpoint != null && !isOver(checkpoint, closed) && !done.contains(id)) {
        interrupted(checkpoint, damaged)
            .filter(attempt -> sealed.stream().noneMatch(attempt::isSupersededBy))
            .ifPresent(backups::add);
      }
    }
    // A request that came twice may bring back a checkpoint of a session that is over.
    damaged.removeIf(
        name ->
            ObjectKind.SESSION_OPEN
                .idIn(name)
                .filter(id -> done.contains(id) || ledger.closures().containsKey(id))
                .isPresent());
    backups.sort(Backup.ORDER);
    return new BackupList(backups, objects, damaged, dead);
  }

  private static boolean counts(Backup backup, Ledger ledger) {
    return ledger.counts(backup.object(), backup.manifest().session());
  }

  /**
   * What went away while it was read may have another name by now, of which neither the list nor
   * the ledger knew when it began: the entry that names it shows before the old one goes.
   */
  private static Set<ObjectName> renamed(Storage storage, Ledger ledger, Set<ObjectName> objects)
      throws IOException {
    ledger.refresh();
    Set<ObjectName> all = new HashSet<>(objects);
    addUnlisted(storage, ledger, all);
    all.removeAll(objects);
    return all;
  }

  /** The ids of the backups that the ledger names. */
  private static Set<String> labels(Ledger ledger) {
    Set<String> labels = new HashSet<>();
    ledger.existing().values().stream()
        .filter(line -> line.object().startsWith(ObjectKind.MANIFEST.prefix()))
        .forEach(line -> labels.add(line.label()));
    return labels;
  }

  /**
   * Of a manifest that was just written anew a list may show neither the old name nor the new one:
   * what the ledger names is asked for by its name.
   */
  private static void addUnlisted(Storage storage, Ledger ledger, Set<ObjectName> objects)
      throws IOException {
    for (LedgerEntry.Added line : List.copyOf(ledger.existing().values())) {
      if (line.object().startsWith(ObjectKind.MANIFEST.prefix())) {
        ObjectName name = new ObjectName(line.object());
        if (!objects.contains(name) && storage.find(name).isPresent()) {
          objects.add(name);
        }
      }
    }
  }

  /**
   * Sealed backups that no entry of the ledger names and that count: not removed, not void, and of
   * no session that was given up and is not closed yet. Nor those that the ledger has under another
   * name: somebody is sealing them anew, or died while doing it.
   */
  public static List<Backup> unnamed(Repository repository) throws IOException {
    Storage storage = repository.storage();
    Ledger ledger = repository.ledger();
    Set<ObjectName> objects = names(storage);
    ledger.refresh();
    objects.removeIf(
        name ->
            ledger.existing().containsKey(name.value()) || ledger.removed().contains(name.value()));
    List<Backup> backups = new ArrayList<>();
    if (objects.isEmpty()) {
      return backups;
    }
    Set<String> named = labels(ledger);
    for (Backup backup : sealed(storage, repository.keys(), objects, new ArrayList<>())) {
      if (named.contains(backup.id().text())) {
        continue;
      }
      ObjectId session = backup.manifest().session();
      // What a writer sealed after it was given up counts only if whoever gave it up says so.
      boolean undecided =
          !ledger.closures().containsKey(session)
              && storage.find(ObjectKind.REVOCATION.name(session)).isPresent();
      if (!undecided && ledger.counts(backup.object(), session)) {
        backups.add(backup);
      }
    }
    return backups;
  }

  /**
   * Whether the latest checkpoint of a session is an interrupted backup by the sealed ones of this
   * list; it may be newer than the list.
   *
   * @param closed whether the ledger says which of the session's manifests count
   */
  public boolean isInterrupted(SessionRecord.Checkpoint checkpoint, boolean closed) {
    List<Backup> sealed = backups.stream().filter(Backup::sealed).toList();
    boolean done =
        sealed.stream().anyMatch(b -> b.manifest().session().equals(checkpoint.session()));
    return !done
        && !isOver(checkpoint, closed)
        && interrupted(checkpoint, new ArrayList<>())
            .filter(attempt -> sealed.stream().noneMatch(attempt::isSupersededBy))
            .isPresent();
  }

  /** Of a closed session the last one may tell of a backup that was sealed and then removed. */
  private static boolean isOver(SessionRecord.Checkpoint checkpoint, boolean closed) {
    return checkpoint.last() && closed;
  }

  /** Whether the object is to blame, and not the storage. */
  static boolean isUnreadable(SalvorException e) {
    return e.code().isDamage() || e.code() == ErrorCode.FORMAT_NEWER;
  }

  /** One more than the greatest sequence number of all, as far as there are any. */
  long nextSequence() {
    long greatest =
        backups.stream().mapToLong(b -> b.manifest().lineage().sequence()).max().orElse(0);
    return Math.min(greatest + 1, Manifest.MAX_SEQUENCE);
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
        Optional<KeyRing.Writer> writer = keys.writerOf(id);
        if (writer.isPresent() && !writer.get().host().equals(manifest.origin().host())) {
          throw new MalformedException("a write-only client's backup of another host");
        }
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
    List<LedgerEntry.Added> lost = new ArrayList<>();
    for (LedgerEntry.Added line : lost(ledger.existing())) {
      if (storage.find(new ObjectName(line.object())).isEmpty()) {
        lost.add(line);
      }
    }
    if (!lost.isEmpty()) {
      // Whoever has deleted one has said so in the ledger before.
      ledger.refresh();
      lost.removeIf(line -> !ledger.existing().containsKey(line.object()));
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

  /** What was captured continuously of a source; several if two have consolidated at once. */
  public List<Backup> journals(String source) {
    return backups.stream()
        .filter(b -> b.sealed() && b.isJournal())
        .filter(b -> b.manifest().origin().source().equals(source))
        .toList();
  }

  /** The newest sealed backup that somebody asked for and {@code wanted} takes. */
  public Optional<Backup> latest(Predicate<Backup> wanted) {
    return backups.stream()
        .filter(b -> b.sealed() && !b.isUndo() && !b.isJournal())
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
    return "it may be " + names + (more > 0 ? " or " + Counted.of(more, "another", "others") : "");
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
