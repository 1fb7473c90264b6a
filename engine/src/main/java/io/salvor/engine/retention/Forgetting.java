package io.salvor.engine.retention;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Executes a plan: the evidence and the ledger's entry first, durable, then the manifests. From the
 * entry on the backups are gone for everybody; whatever a crash leaves of them, the next forgetting
 * takes away. Packs are not touched: that is what pruning is for.
 *
 * <p>The evidence is there before the entry, and after it the holds are read once more: so of a
 * forgetting and a {@link Holding} at the same time at least one sees the other.
 */
public final class Forgetting {
  private static final int MOST_NAMES = 5;

  private final Repository repository;
  private final BackupList list;
  private final Facts facts;

  private Forgetting(Repository repository) throws IOException {
    this.repository = repository;
    this.list = BackupList.read(repository);
    this.facts = Facts.of(repository);
  }

  /** What there is to decide on: the sealed backups, with their holds. */
  public static List<Candidate> candidates(BackupList list, Facts facts) {
    return list.backups().stream()
        .filter(backup -> backup.sealed() && !backup.isJournal())
        .map(backup -> Candidate.of(backup, facts))
        .toList();
  }

  /**
   * Forgets what the plan lets go, but for what was put on hold or forgotten since it was made, and
   * ends what earlier forgettings have left.
   *
   * @param by the words that chose them, for the evidence
   * @param author whoever does it
   * @return the backups that were forgotten
   */
  public static List<Backup> run(
      Repository repository, RetentionPlan plan, String by, String author, Progress progress)
      throws IOException, InterruptedException {
    Forgetting before = new Forgetting(repository);
    Set<ObjectName> gone = new HashSet<>(before.list.dead());
    gone.addAll(before.facts.dead());
    List<Backup> backups = before.free(plan.ids());
    if (!backups.isEmpty()) {
      progress.phase("record");
      backups = record(repository, backups, plan, new Words(by, author), gone);
    }
    progress.phase("delete");
    for (ObjectName name : gone) {
      repository.storage().delete(name);
      progress.advance(1, 0);
    }
    repository.ledger().summarise(repository.now(), author, repository.random());
    return backups;
  }

  /** Why, and who. */
  private record Words(String by, String author) {}

  /** Those of them that are there and not on hold. */
  private List<Backup> free(Set<BackupId> ids) {
    return list.backups().stream()
        .filter(b -> b.sealed() && ids.contains(b.id()) && facts.holds(b.id()).isEmpty())
        .toList();
  }

  /**
   * Makes them gone for good.
   *
   * @param gone gets the names of what may be deleted
   * @return those that nobody has put on hold meanwhile
   */
  private static List<Backup> record(
      Repository repository,
      List<Backup> backups,
      RetentionPlan plan,
      Words words,
      Set<ObjectName> gone)
      throws IOException, InterruptedException {
    List<LedgerEntry.Added> evidence = new ArrayList<>();
    Note first = evidence(repository, backups, plan, words, evidence);
    Set<String> names = new HashSet<>(Set.of(ObjectKind.FACT.name(first.id()).value()));
    // Whoever holds one of them from here on sees the evidence, and waits for what comes of it.
    repository.awaitListings();
    Forgetting now = new Forgetting(repository);
    List<Backup> going = now.free(ids(backups));
    List<String> removed = new ArrayList<>();
    if (!ids(going).equals(ids(backups))) {
      removed.addAll(names);
      gone.add(ObjectKind.FACT.name(first.id()));
      evidence.clear();
      if (!going.isEmpty()) {
        Note second = evidence(repository, going, plan, words, evidence);
        names.add(ObjectKind.FACT.name(second.id()).value());
      }
    }
    LedgerChange change = now.change(going, evidence, removed, gone);
    boolean done =
        repository
            .ledger()
            .appendUnlessRemoved(
                names, change, repository.now(), words.author(), repository.random());
    if (!done) {
      // Somebody has waited for it too long, and goes by the hold.
      gone.removeIf(name -> change.removed().contains(name.value()));
      return List.of();
    }
    // Who does not find the manifests any more has to find the entry in lists.
    repository.awaitListings();
    otherNames(repository, ids(going), words, gone);
    return going;
  }

  private static Set<BackupId> ids(List<Backup> backups) {
    Set<BackupId> ids = new HashSet<>();
    backups.forEach(backup -> ids.add(backup.id()));
    return ids;
  }

  private static Note evidence(
      Repository repository,
      List<Backup> backups,
      RetentionPlan plan,
      Words words,
      List<LedgerEntry.Added> added)
      throws IOException {
    Map<BackupId, String> reasons = new HashMap<>();
    plan.decisions().forEach(d -> reasons.put(d.backup().id(), String.join(", ", d.reasons())));
    List<Fact.Forgotten.Deletion> deletions = new ArrayList<>();
    for (Backup backup : backups) {
      deletions.add(
          new Fact.Forgotten.Deletion(
              backup.id(),
              backup.manifest().origin().source(),
              backup.manifest().origin().host(),
              backup.manifest().started(),
              HexFormat.of().parseHex(backup.checksum()),
              reasons.getOrDefault(backup.id(), "")));
    }
    return Facts.put(repository, new Fact.Forgotten(deletions, words.by()), words.author(), added);
  }

  private LedgerChange change(
      List<Backup> backups,
      List<LedgerEntry.Added> evidence,
      List<String> others,
      Set<ObjectName> gone)
      throws IOException {
    List<String> removed = new ArrayList<>(others);
    List<Closure> closures = new ArrayList<>();
    for (Backup backup : backups) {
      gone.add(backup.object());
      removed.add(backup.object().value());
      ObjectId session = backup.manifest().session();
      if (repository.storage().find(ObjectKind.SESSION_OPEN.name(session)).isPresent()) {
        // Its writer died after the seal: its checkpoints must not come back as interrupted.
        closures.add(new Closure(session, Set.of()));
      }
    }
    for (ObjectName name : pointless(backups)) {
      gone.add(name);
      removed.add(name.value());
    }
    Map<String, LedgerEntry.Added> added = new TreeMap<>();
    facts.unnamed().forEach(line -> added.put(line.object(), line));
    evidence.forEach(line -> added.put(line.object(), line));
    added.keySet().removeAll(removed);
    return new LedgerChange(List.copyOf(added.values()), removed, closures);
  }

  /** Somebody may have written one of them anew, under another name, when its entry came. */
  private static void otherNames(
      Repository repository, Set<BackupId> going, Words words, Set<ObjectName> gone)
      throws IOException, InterruptedException {
    for (int attempt = 1; attempt <= MOST_NAMES; attempt++) {
      List<String> left =
          BackupList.read(repository).backups().stream()
              .filter(backup -> backup.sealed() && going.contains(backup.id()))
              .map(backup -> backup.object().value())
              .toList();
      if (left.isEmpty()) {
        return;
      }
      repository
          .ledger()
          .append(
              LedgerChange.removing(left), repository.now(), words.author(), repository.random());
      left.forEach(name -> gone.add(new ObjectName(name)));
      repository.awaitListings();
    }
  }

  /** Notes only about backups that are gone, but for the evidence that they are. */
  private List<ObjectName> pointless(List<Backup> going) {
    Set<String> left = new HashSet<>();
    list.backups().forEach(b -> left.add(b.id().text()));
    // What is damaged or lost may be put back: its notes are worth keeping.
    repository.ledger().existing().values().stream()
        .filter(line -> line.object().startsWith(ObjectKind.MANIFEST.prefix()))
        .forEach(line -> left.add(line.label()));
    going.forEach(b -> left.remove(b.id().text()));
    List<ObjectName> names = new ArrayList<>();
    facts
        .objects()
        .forEach(
            (name, note) -> {
              boolean kept =
                  note.fact() instanceof Fact.Forgotten
                      || note.fact() instanceof Fact.Erased
                      || note.fact() instanceof Fact.Withdrawn
                      || note.fact() instanceof Fact.Unknown
                      || note.fact() instanceof Fact.Hold
                      || note.fact() instanceof Fact.Release;
              if (!kept && note.fact().backups().stream().noneMatch(b -> left.contains(b.text()))) {
                names.add(name);
              }
            });
    return names;
  }
}
