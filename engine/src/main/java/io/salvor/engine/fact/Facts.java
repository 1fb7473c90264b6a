package io.salvor.engine.fact;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The notes of a repository at one moment. */
public final class Facts {
  /** Of what nothing is known of yet. */
  public static final Facts NONE = new Facts(new FactObjects());

  private static final String HOLD_LABEL = "hold ";

  private final FactObjects objects;
  private final Map<BackupId, List<ActiveHold>> holds = new HashMap<>();
  private final Map<BackupId, Proof> proofs = new HashMap<>();
  private final Map<BackupId, SortedMap<String, String>> tags = new HashMap<>();

  private Facts(FactObjects objects) {
    this.objects = objects;
    conclude();
  }

  /** Reads those that count by the ledger; what this machine has read before it reads not again. */
  public static Facts of(Repository repository) throws IOException {
    FactObjects objects = new FactObjects();
    objects.read(repository);
    return new Facts(objects);
  }

  /**
   * Adds one. Durable, and named by the ledger, when this returns; with it those whose authors died
   * before they could.
   *
   * @param author whoever says so
   */
  public static Note add(Repository repository, Fact fact, String author) throws IOException {
    return append(repository, fact, List.of(), author);
  }

  /**
   * Adds one, and takes others away that are not needed any more beside it.
   *
   * @param old objects of facts
   */
  public static Note replace(Repository repository, Fact fact, List<ObjectName> old, String author)
      throws IOException, InterruptedException {
    Note note = append(repository, fact, old.stream().map(ObjectName::value).toList(), author);
    if (!old.isEmpty()) {
      // Who does not find them any more has to find in lists the entry that removes them.
      repository.awaitListings();
    }
    for (ObjectName name : old) {
      repository.storage().delete(name);
    }
    return note;
  }

  private static Note append(Repository repository, Fact fact, List<String> removed, String author)
      throws IOException {
    List<LedgerEntry.Added> lines = new ArrayList<>(of(repository).unnamed());
    lines.removeIf(line -> removed.contains(line.object()));
    Note note = put(repository, fact, author, lines);
    repository
        .ledger()
        .append(
            new LedgerChange(lines, removed, List.of()),
            repository.now(),
            author,
            repository.random());
    return note;
  }

  /**
   * Stores one without the ledger's entry, which the caller writes.
   *
   * @param lines gets what the entry has to add
   */
  public static Note put(
      Repository repository, Fact fact, String author, List<LedgerEntry.Added> lines)
      throws IOException {
    repository.followEpochs();
    while (true) {
      ObjectId id = ObjectId.random(repository.random());
      ObjectId epoch = repository.keys().epoch();
      Note note = new Note(id, repository.now(), author, fact);
      byte[] object = repository.keys().sealSmall(ObjectKind.FACT, id, FactCodec.encode(note));
      ObjectName name = ObjectKind.FACT.name(id);
      repository.storage().put(name, object);
      // No session tells an erasure of it: so it looks again once the fact can be seen.
      try {
        repository.followEpochs();
      } catch (SalvorException e) {
        // Nobody can open it any more, perhaps.
        try {
          takeBack(repository, name, author);
        } catch (IOException | SalvorException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
      if (repository.keys().epoch().equals(epoch)) {
        lines.add(FactObjects.line(name, note, object));
        return note;
      }
      takeBack(repository, name, author);
    }
  }

  /** Somebody may be naming it in the ledger: a removal wins over that, whichever comes first. */
  private static void takeBack(Repository repository, ObjectName name, String author)
      throws IOException {
    repository
        .ledger()
        .append(
            LedgerChange.removing(List.of(name.value())),
            repository.now(),
            author,
            repository.random());
    repository.storage().delete(name);
  }

  private void conclude() {
    Set<ObjectId> released = new HashSet<>();
    List<ActiveHold> all = new ArrayList<>();
    for (Note note : notes()) {
      switch (note.fact()) {
        case Fact.Hold hold ->
            all.add(
                new ActiveHold(
                    note.id(), hold.backup(), note.author(), hold.reason(), note.time()));
        case Fact.Release release -> released.add(release.hold());
        case Fact.Tag tag ->
            tags.computeIfAbsent(tag.backup(), b -> new TreeMap<>()).putAll(tag.tags());
        case Fact.Verified v -> v.backups().forEach(b -> verified(b, note.time(), v));
        case Fact.Restored r -> restored(r.backup(), note.time(), r);
        case Fact.Forgotten _, Fact.Erased _, Fact.Withdrawn _, Fact.Unknown _ -> {}
      }
    }
    objects.lost().forEach(line -> lostHold(line).ifPresent(all::add));
    objects.unreadable().forEach(line -> lostHold(line).ifPresent(all::add));
    for (ActiveHold hold : all) {
      if (!released.contains(hold.note())) {
        holds.computeIfAbsent(hold.backup(), b -> new ArrayList<>()).add(hold);
      }
    }
  }

  /** A hold whose note is lost holds all the same. */
  private static Optional<ActiveHold> lostHold(LedgerEntry.Added line) {
    if (!line.label().startsWith(HOLD_LABEL)) {
      return Optional.empty();
    }
    BackupId backup;
    try {
      backup = new BackupId(line.label().substring(HOLD_LABEL.length()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return ObjectKind.FACT
        .idIn(new ObjectName(line.object()))
        .map(id -> new ActiveHold(id, backup, "", "its note is lost", null));
  }

  private void verified(BackupId backup, Instant time, Fact.Verified v) {
    Proof before = proofs.get(backup);
    Instant restored = before == null ? null : before.restored();
    proofs.put(
        backup,
        new Proof(
            time,
            v.depth(),
            restored,
            before == null || restored == null ? v.took() : before.took()));
  }

  private void restored(BackupId backup, Instant time, Fact.Restored r) {
    Proof before = proofs.get(backup);
    proofs.put(
        backup,
        before == null
            ? new Proof(null, null, time, r.took())
            : new Proof(before.verified(), before.depth(), time, r.took()));
  }

  /** All of them, the earlier first. */
  public List<Note> notes() {
    Map<ObjectId, Note> byId = new HashMap<>();
    // One that was encrypted again lies there twice until the other is gone.
    objects.notes().values().forEach(note -> byId.put(note.id(), note));
    return byId.values().stream().sorted(Note.ORDER).toList();
  }

  /** The notes by the objects that hold them. */
  public SortedMap<ObjectName, Note> objects() {
    return Collections.unmodifiableSortedMap(objects.notes());
  }

  /** The holds of a backup that nobody has released. */
  public List<ActiveHold> holds(BackupId backup) {
    return List.copyOf(holds.getOrDefault(backup, List.of()));
  }

  /** What shows that the backup can be restored; null if nothing does. */
  public @Nullable Proof proof(BackupId backup) {
    return proofs.get(backup);
  }

  /** A backup's labels: its own, and those that were given or taken away since. */
  public SortedMap<String, String> labels(Backup backup) {
    TreeMap<String, String> labels = new TreeMap<>(backup.manifest().label().tags());
    labels.putAll(tags.getOrDefault(backup.id(), new TreeMap<>()));
    labels.values().removeIf(String::isEmpty);
    return labels;
  }

  /** Objects that are there and cannot be read. */
  public List<ObjectName> damaged() {
    return List.copyOf(objects.damaged());
  }

  /** Those that exist by the ledger and are gone. */
  public List<LedgerEntry.Added> lost() {
    return List.copyOf(objects.lost());
  }

  /** What the next entry has to add for authors that died before they could. */
  public List<LedgerEntry.Added> unnamed() {
    return List.copyOf(objects.unnamed());
  }

  /** Objects that are there and that the ledger removes. */
  public Set<ObjectName> dead() {
    return Set.copyOf(objects.dead());
  }
}
