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
import java.util.stream.Collectors;

/**
 * Executes a plan: the evidence and the ledger's entry first, durable, then the manifests. From the
 * entry on the backups are gone for everybody; whatever a crash leaves of them, the next forgetting
 * takes away. Packs are not touched: that is what pruning is for.
 */
public final class Forgetting {
  private final Repository repository;
  private final BackupList list;
  private final Facts facts;

  private Forgetting(Repository repository, BackupList list, Facts facts) {
    this.repository = repository;
    this.list = list;
    this.facts = facts;
  }

  /** What there is to decide on: the sealed backups, with their holds. */
  public static List<Candidate> candidates(BackupList list, Facts facts) {
    return list.backups().stream()
        .filter(Backup::sealed)
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
      throws IOException {
    BackupList list = BackupList.read(repository);
    Facts facts = Facts.of(repository);
    Forgetting forgetting = new Forgetting(repository, list, facts);
    Set<BackupId> going = plan.ids();
    List<Backup> backups =
        list.backups().stream()
            .filter(b -> b.sealed() && going.contains(b.id()) && facts.holds(b.id()).isEmpty())
            .toList();
    Set<ObjectName> gone = new HashSet<>(list.dead());
    gone.addAll(facts.dead());
    if (!backups.isEmpty()) {
      progress.phase("record");
      gone.addAll(forgetting.record(backups, plan, by, author));
      gone.addAll(renamed(repository, backups, author));
    }
    progress.phase("delete");
    for (ObjectName name : gone) {
      repository.storage().delete(name);
      progress.advance(1, 0);
    }
    repository.ledger().summarise(repository.now(), author, repository.random());
    return backups;
  }

  /**
   * Takes away what was sealed anew, and so named otherwise, while it was being forgotten. Who
   * seals anew looks for what was forgotten before it names it.
   */
  private static Set<ObjectName> renamed(Repository repository, List<Backup> backups, String author)
      throws IOException {
    Set<String> forgotten = backups.stream().map(b -> b.id().text()).collect(Collectors.toSet());
    repository.ledger().refresh();
    Set<ObjectName> again =
        repository.ledger().existing().values().stream()
            .filter(line -> line.object().startsWith(ObjectKind.MANIFEST.prefix()))
            .filter(line -> forgotten.contains(line.label()))
            .map(line -> new ObjectName(line.object()))
            .collect(Collectors.toSet());
    if (!again.isEmpty()) {
      LedgerChange change =
          LedgerChange.removing(again.stream().map(ObjectName::value).sorted().toList());
      repository.ledger().append(change, repository.now(), author, repository.random());
    }
    return again;
  }

  /** Makes them gone for good. */
  private Set<ObjectName> record(List<Backup> backups, RetentionPlan plan, String by, String author)
      throws IOException {
    Map<BackupId, String> reasons = new HashMap<>();
    plan.decisions().forEach(d -> reasons.put(d.backup().id(), String.join(", ", d.reasons())));
    List<Fact.Forgotten.Deletion> deletions = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    List<Closure> closures = new ArrayList<>();
    Set<ObjectName> gone = new HashSet<>();
    for (Backup backup : backups) {
      deletions.add(
          new Fact.Forgotten.Deletion(
              backup.id(),
              backup.manifest().origin().source(),
              backup.manifest().origin().host(),
              backup.manifest().started(),
              HexFormat.of().parseHex(backup.checksum()),
              reasons.getOrDefault(backup.id(), "")));
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
    List<LedgerEntry.Added> added = new ArrayList<>(facts.unnamed());
    added.removeIf(line -> removed.contains(line.object()));
    Note _ = Facts.put(repository, new Fact.Forgotten(deletions, by), author, added);
    repository
        .ledger()
        .append(
            new LedgerChange(added, removed, closures),
            repository.now(),
            author,
            repository.random());
    return gone;
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
