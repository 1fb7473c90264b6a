package io.salvor.engine.ledger;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The ledger of one repository: reads it, says what is lost, and adds to it. Safe for several
 * threads.
 */
public final class Ledger {
  private static final int MOST_READINGS = 4;

  /** So many backups are remembered by name. */
  private static final int MOST_BACKUPS = 1_000;

  private final Storage storage;
  private final KeyRing keys;
  private final LedgerMemory memory;
  private final LedgerReader reader;
  private LedgerView view = LedgerView.EMPTY;

  private Ledger(Storage storage, KeyRing keys, LedgerMemory memory) {
    this.storage = storage;
    this.keys = keys;
    this.memory = memory;
    this.reader = new LedgerReader(storage, keys);
  }

  /** Reads the ledger: what no summary covers. */
  public static Ledger read(Storage storage, KeyRing keys, LedgerMemory memory) throws IOException {
    Ledger ledger = new Ledger(storage, keys, memory);
    ledger.refresh();
    return ledger;
  }

  /**
   * Reads the entries that have come since. What the listed ones name, and what this machine
   * remembers, is asked for by its name: a list that was made while others wrote may show an entry
   * and not the one before it. It may also show entries that are covered and deleted before they
   * are read, and not yet the summary: so what is missed is looked for until two readings agree.
   */
  public synchronized void refresh() throws IOException {
    Set<ObjectId> missed = Set.of();
    for (int reading = 1; ; reading++) {
      view = reader.read(view, memory.read());
      Set<ObjectId> missing = missing();
      if (missing.isEmpty() || missing.equals(missed) || reading == MOST_READINGS) {
        return;
      }
      missed = missing;
    }
  }

  /**
   * Reads as if these objects were entries here, in the place of those of the same names that are
   * damaged or gone; with none, as it is.
   */
  public synchronized void suppose(Map<ObjectId, byte[]> objects) throws IOException {
    reader.suppose(objects);
    view = LedgerView.EMPTY;
    refresh();
  }

  /** What is named or remembered, and not there. */
  private Set<ObjectId> missing() throws IOException {
    Set<ObjectId> missing = new HashSet<>();
    view.missing().forEach(p -> missing.add(p.id()));
    memory.read().stream()
        .map(LedgerMemory.Seen::id)
        .filter(id -> !view.knows(id))
        .forEach(missing::add);
    return missing;
  }

  /** What exists by the ledger, by object name. */
  public synchronized SortedMap<String, LedgerEntry.Added> existing() {
    return view.existing();
  }

  /** Names of objects that were taken away on purpose; they never exist again. */
  public synchronized Set<String> removed() {
    return view.removed();
  }

  /**
   * Whether somebody removes an object who does not put another in its place.
   *
   * @param instead what was put in its place; another line that tells of the same is as good, for
   *     two may put something in its place at the same time
   */
  public synchronized boolean isRemovedForGood(String object, LedgerEntry.Added instead) {
    return view.entries().values().stream()
        .map(LedgerView.Read::entry)
        .filter(entry -> entry.removed().contains(object))
        .anyMatch(entry -> entry.added().stream().noneMatch(a -> isInPlace(a, instead)));
  }

  /** Whether somebody removes an object and puts this other one in its place. */
  public synchronized boolean isReplaced(String object, String by) {
    return view.entries().values().stream()
        .map(LedgerView.Read::entry)
        .filter(entry -> entry.removed().contains(object))
        .anyMatch(entry -> entry.added().stream().anyMatch(a -> a.object().equals(by)));
  }

  private static boolean isInPlace(LedgerEntry.Added added, LedgerEntry.Added instead) {
    return added.object().equals(instead.object())
        || (added.label().equals(instead.label())
            && ObjectKind.of(new ObjectName(added.object()))
                .equals(ObjectKind.of(new ObjectName(instead.object()))));
  }

  /** Whether an entry had come when the ledger was read last. */
  public synchronized boolean knows(ObjectId entry) {
    return view.knows(entry) || view.damaged().contains(entry);
  }

  /** The entries that were read, and need not be in a list. */
  public synchronized Set<ObjectId> entries() {
    return Set.copyOf(view.entries().keySet());
  }

  /**
   * Whether an entry need not be there any more: a summary repeats it, or its loss was accepted.
   */
  public synchronized boolean spares(ObjectId entry) {
    return view.isSpared(entry);
  }

  /** The sessions that count no more, with the manifest objects that count all the same. */
  public synchronized Map<ObjectId, Set<ObjectId>> closures() {
    return view.closures();
  }

  /**
   * Whether a sealed manifest counts: not removed, and its session not closed without it. One that
   * an entry has added counts in any case: its writer was not given up before it sealed, or whoever
   * added it knows of the closure, as who encrypts it again under another name.
   *
   * @param object below {@code backups/}
   */
  public synchronized boolean counts(ObjectName object, ObjectId session) {
    Set<ObjectId> accepted = view.closures().get(session);
    boolean named = view.existing().containsKey(object.value());
    Optional<KeyRing.Writer> writer = ObjectKind.MANIFEST.idIn(object).flatMap(keys::writerOf);
    boolean withdrawn =
        writer.isPresent()
            && view.removed().contains(ObjectKind.WRITER.name(writer.get().id()).value());
    return !view.removed().contains(object.value())
        && (named || !withdrawn)
        && (accepted == null
            || named
            || ObjectKind.MANIFEST.idIn(object).filter(accepted::contains).isPresent());
  }

  /**
   * What the ledger itself shows to be wrong: entries lost or damaged, and heads that this machine
   * has seen and that are gone.
   */
  public synchronized List<LedgerIssue> issues() throws IOException {
    List<LedgerIssue> issues = new ArrayList<>();
    for (ObjectId id : view.damaged()) {
      issues.add(new LedgerIssue.EntryDamaged(name(id)));
    }
    Set<ObjectId> missing = new HashSet<>();
    view.missing().forEach(p -> missing.add(p.id()));
    missing.removeAll(view.damaged());
    for (ObjectId id : missing) {
      issues.add(new LedgerIssue.EntryLost(name(id)));
    }
    for (LedgerMemory.Seen seen : memory.read()) {
      LedgerView.Read read = view.entries().get(seen.id());
      boolean gone =
          read == null ? !view.knows(seen.id()) : !Arrays.equals(read.sha256(), seen.sha256());
      boolean told = missing.contains(seen.id()) || view.damaged().contains(seen.id());
      if (gone && !told && !view.isGivenUp(seen.id())) {
        issues.add(new LedgerIssue.RolledBack(name(seen.id()), seen.number()));
      }
    }
    return issues;
  }

  /** Remembers the heads on this machine, besides those that were seen and are gone. */
  public synchronized void remember() throws IOException {
    List<LedgerMemory.Seen> heads = new ArrayList<>();
    view.heads()
        .forEach(
            (id, read) ->
                heads.add(new LedgerMemory.Seen(id, read.entry().number(), read.sha256())));
    heads.addAll(gone());
    if (!ids(heads).equals(ids(memory.read()))) {
      memory.writeBackups(backups());
      memory.write(heads);
    }
  }

  /** The newest backups that the ledger names, and those that were seen and are gone. */
  private List<LedgerMemory.SeenBackup> backups() throws IOException {
    List<LedgerMemory.SeenBackup> backups = new ArrayList<>(vanished());
    for (LedgerEntry.Added line : view.existing().values()) {
      if (line.object().startsWith(ObjectKind.MANIFEST.prefix())) {
        backups.add(new LedgerMemory.SeenBackup(line.object(), line.label()));
      }
    }
    backups.sort(Comparator.comparing(LedgerMemory.SeenBackup::id).reversed());
    return backups.subList(0, Math.min(backups.size(), MOST_BACKUPS));
  }

  /**
   * Backups that this machine has seen in the ledger, that nobody has removed and that no entry
   * names any more: what is known of the words of entries that are gone. None while none is.
   */
  public synchronized List<LedgerMemory.SeenBackup> vanished() throws IOException {
    if (issues().isEmpty()) {
      return List.of();
    }
    Set<String> named = new HashSet<>();
    view.existing().values().forEach(line -> named.add(line.label()));
    return memory.backups().stream()
        .filter(seen -> !named.contains(seen.id()) && !view.removed().contains(seen.object()))
        .toList();
  }

  /** Heads that this machine has seen, and that are neither there nor named by what is there. */
  private List<LedgerMemory.Seen> gone() throws IOException {
    return memory.read().stream()
        .filter(seen -> !view.knows(seen.id()) && !view.isNamed(seen.id()))
        .toList();
  }

  /**
   * Appends an entry after the current heads, and after those that this machine has seen and that
   * are gone, so that from then on everybody misses them. Durable when this returns.
   */
  public synchronized void append(
      LedgerChange change, Instant now, String author, SecureRandom random) throws IOException {
    refresh();
    put(change, Set.of(), now, author, random);
  }

  /**
   * Appends an entry, unless one of these was removed until right before.
   *
   * @return whether it was appended
   */
  public synchronized boolean appendUnlessRemoved(
      Set<String> names, LedgerChange change, Instant now, String author, SecureRandom random)
      throws IOException {
    refresh();
    if (names.stream().anyMatch(view.removed()::contains)) {
      return false;
    }
    put(change, Set.of(), now, author, random);
    return true;
  }

  /**
   * Writes a summary if so many entries have come that opening would take long (see {@link
   * LedgerSummary}), and takes away what two generations of summaries repeat. Nothing else changes;
   * whoever has appended may call this when its own work is done.
   *
   * @return whether there was anything to sum up
   */
  public synchronized boolean summarise(Instant now, String author, SecureRandom random)
      throws IOException {
    refresh();
    if (keys.self() != null) {
      return false;
    }
    LedgerSummary summary = LedgerSummary.of(view);
    if (summary.covered().isEmpty()) {
      return false;
    }
    put(summary.change(), summary.covered(), now, author, random);
    // A listing that lags could show somebody what is deleted here, and not yet the summary.
    if (storage.traits().listingLag().isZero()) {
      for (ObjectId id : reader.listed()) {
        if (summary.spare().contains(id)) {
          storage.delete(name(id));
        }
      }
    }
    return true;
  }

  private void put(
      LedgerChange change, Set<ObjectId> covered, Instant now, String author, SecureRandom random)
      throws IOException {
    long number = 0;
    List<LedgerEntry.Predecessor> predecessors = new ArrayList<>();
    for (Map.Entry<ObjectId, LedgerView.Read> head : view.heads().entrySet()) {
      number = Math.max(number, head.getValue().entry().number());
      predecessors.add(new LedgerEntry.Predecessor(head.getKey(), head.getValue().sha256()));
    }
    for (LedgerMemory.Seen seen : gone()) {
      number = Math.max(number, seen.number());
      predecessors.add(new LedgerEntry.Predecessor(seen.id(), seen.sha256()));
    }
    if (!covered.isEmpty()) {
      // Those that name what is missing are not needed any more, but it is missing all the same.
      predecessors.addAll(view.missing());
    }
    LedgerEntry entry =
        new LedgerEntry(
            Math.min(number + 1, LedgerEntry.MAX_NUMBER),
            predecessors,
            change,
            now,
            author,
            covered);
    ObjectId id = keys.marked(ObjectId.random(random));
    byte[] object = keys.sealSmall(ObjectKind.LEDGER_ENTRY, id, entry.encode());
    storage.put(name(id), object);
    // Remembered as it was stored, whether or not a list shows it yet.
    view = view.with(id, new LedgerView.Read(entry, Sha256.of(object), Optional.empty()));
    remember();
  }

  private static Set<ObjectId> ids(List<LedgerMemory.Seen> heads) {
    return heads.stream().map(LedgerMemory.Seen::id).collect(Collectors.toSet());
  }

  private static ObjectName name(ObjectId id) {
    return ObjectKind.LEDGER_ENTRY.name(id);
  }
}
