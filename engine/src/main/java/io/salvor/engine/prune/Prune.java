package io.salvor.engine.prune;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.protocol.Condemnations;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.prune.PrunePlan.PackPlan;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.writer.Intake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One prune, in the order of docs/format.md §11. It may be cut off anywhere: nothing that is needed
 * is ever without a sound place, and the next one goes on.
 */
public final class Prune {
  private static final int MOST_ATTEMPTS = 5;

  private final Repository repository;
  private final PruneRequest request;
  private final Progress progress;
  private final Condemnations condemnations;

  private Prune(Repository repository, PruneRequest request, Progress progress) {
    this.repository = repository;
    this.request = request;
    this.progress = progress;
    this.condemnations = repository.condemnations();
  }

  /**
   * Says what a prune would do, and changes nothing in the repository.
   *
   * @throws SalvorException REFERENCE_UNRESOLVED if a backup needs something that is in no pack
   */
  public static PrunePlan plan(Repository repository, PruneRequest request, Progress progress)
      throws IOException, InterruptedException {
    return new Prune(repository, request, progress).survey(false).plan();
  }

  /**
   * Prunes. Where writers are at work that were there before, it condemns, and deletes nothing.
   *
   * @throws SalvorException REFERENCE_UNRESOLVED, LISTING_LAG_UNKNOWN, OBJECT_DAMAGED if a
   *     condemnation cannot be read, STORAGE_FULL if there is no room for what has to be copied
   */
  public static PruneReport run(Repository repository, PruneRequest request, Progress progress)
      throws IOException, InterruptedException {
    return new Prune(repository, request, progress).run();
  }

  /**
   * What was found before anything is done.
   *
   * @param there packs with their sizes
   * @param gone packs that the index names and that are not there
   * @param silent sessions for whose sake alone stays what no segment names
   */
  private record Survey(
      PrunePlan plan,
      Mark mark,
      Map<ObjectId, Long> there,
      Set<ObjectId> gone,
      Set<ObjectId> silent) {}

  private Survey survey(boolean takingIn) throws IOException, InterruptedException {
    try {
      return surveyOnce(takingIn);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.REFERENCE_UNRESOLVED) {
        throw e;
      }
      // It may have been forgotten, and pruned by another, since the manifests were listed.
      repository.awaitListings();
      return surveyOnce(takingIn);
    }
  }

  private Survey surveyOnce(boolean takingIn) throws IOException, InterruptedException {
    requireKnownLag();
    progress.phase("mark");
    condemnations.refresh();
    condemnations.requireAllReadable();
    // In this order what no segment names is nobody's: its writer had ended, or has come later.
    Map<ObjectId, Long> there = Planner.list(repository);
    repository.ledger().refresh();
    SessionList sessions = SessionList.read(repository);
    // Before the index is read, and the silent ones among them: who names its packs, and finds
    // itself not given up afterwards, knows that nobody has taken them for nobody's.
    List<FoundSession> atWork =
        sessions.sessions().stream().filter(s -> !s.isGivenUp() && !s.isDead()).toList();
    BackupList list = BackupList.read(repository);
    if (takingIn) {
      takeIn();
    }
    boolean waits = !takingIn && !Intake.waiting(repository).isEmpty();
    if (waits) {
      progress.warn(
          "waiting",
          "index",
          "what write-only clients have stored since is not counted; a prune takes it in first");
    }
    repository.index().refresh();
    requireWholeIndex();
    Set<ObjectId> gone = Planner.gone(repository, there);
    Roots roots = Roots.of(repository, list, sessions, waits);
    Mark mark = new Mark(repository, repository.index().marks(), gone, progress);
    MarkCache cache = new MarkCache(repository, progress);
    if (gone.isEmpty()) {
      mark.isDone(cache.load(mark.marks(), roots.trees()));
    }
    roots.mark(mark);
    if (!mark.isIncomplete()) {
      cache.save(mark);
    }
    Planner planner = new Planner(repository, request.maxUnused(), there);
    List<FoundSession> inTheWay =
        atWork.stream().filter(s -> !s.isSilent(request.giveUpAfter(), repository.now())).toList();
    boolean unnamed = atWork.isEmpty() && !waits;
    PrunePlan plan = planner.plan(mark.marks(), gone, unnamed, inTheWay, rewrite().small().size());
    Set<ObjectId> silent = new HashSet<>();
    if (planner.leavesUnnamed() && inTheWay.isEmpty()) {
      atWork.forEach(session -> silent.add(session.id()));
    }
    return new Survey(plan, mark, there, gone, silent);
  }

  private PruneReport run() throws IOException, InterruptedException {
    Survey survey = survey(true);
    Housekeeping housekeeping = new Housekeeping(repository, request, progress);
    // What stands for what is deleted must show in everybody's lists.
    repository.awaitListings();
    housekeeping.deleteReplaced();
    Set<ObjectId> fresh = condemn(survey.plan());
    Set<ObjectId> pending = new TreeSet<>(fresh);
    for (Condemnation other : condemnations.all()) {
      if (other.packs().stream().anyMatch(survey.there()::containsKey)) {
        pending.add(other.id());
      }
    }
    repository.awaitListings();
    repository.ledger().refresh();
    SessionList sessions = SessionList.read(repository);
    Waiting waiting = new Waiting(repository, request, sessions, progress);
    waiting.begin(pending);
    progress.phase("wait");
    giveUp(survey.silent(), waiting.await());
    Set<ObjectId> ready = waiting.ready();
    Deletion deletion = new Deletion(repository, progress);
    int closed = 0;
    if (!ready.isEmpty() || !survey.gone().isEmpty()) {
      repository.awaitListings();
      // Only now: what those sessions have sealed is there, and nothing more comes of them.
      BackupList list = BackupList.read(repository);
      if (!list.damaged().isEmpty()) {
        // What could not be read for a moment may be whole by now.
        list = BackupList.read(repository);
      }
      closed = close(waiting.toClose(ready), sessions, list);
      repository.awaitListings();
      delete(deletion, survey, list, packsOf(ready));
    }
    housekeeping.run();
    int condemned = (int) survey.plan().packs().stream().filter(Prune::isNew).count();
    return new PruneReport(
        survey.plan(),
        condemned,
        deletion.packs(),
        deletion.bytes(),
        deletion.copiedBlobs(),
        deletion.copiedBytes(),
        closed,
        List.copyOf(waiting.blocking()));
  }

  /**
   * Gives up who is still silent: where nothing is condemned nobody is waited for, and what they
   * have left would stay for good.
   */
  private void giveUp(Set<ObjectId> silent, SessionList sessions) throws IOException {
    for (FoundSession session : sessions.sessions()) {
      if (silent.contains(session.id())
          && !session.isGivenUp()
          && session.isSilent(request.giveUpAfter(), repository.now())) {
        new Revocation(session.id(), repository.now(), request.author(), false)
            .publish(repository.storage(), repository.keys());
      }
    }
  }

  private static boolean isNew(PackPlan pack) {
    return pack.fate() != PrunePlan.Fate.CONDEMNED;
  }

  /** Publishes what goes; the ids of new condemnations. */
  private Set<ObjectId> condemn(PrunePlan plan) throws IOException {
    List<ObjectId> packs = plan.packs().stream().filter(Prune::isNew).map(PackPlan::id).toList();
    if (packs.isEmpty()) {
      return Set.of();
    }
    progress.checkCancelled();
    ObjectId id = ObjectId.random(repository.random());
    Condemnation condemnation =
        new Condemnation(id, repository.now(), packs, request.author(), List.of());
    byte[] object = repository.keys().sealSmall(ObjectKind.CONDEMNATION, id, condemnation.encode());
    try {
      repository.storage().put(ObjectKind.CONDEMNATION.name(id), object);
    } catch (SalvorException e) {
      throw Deletion.withNeed(e, object.length);
    }
    condemnations.add(condemnation);
    return Set.of(id);
  }

  private Set<ObjectId> packsOf(Set<ObjectId> ready) {
    Set<ObjectId> packs = new HashSet<>();
    condemnations.all().stream()
        .filter(condemnation -> ready.contains(condemnation.id()))
        .forEach(condemnation -> packs.addAll(condemnation.packs()));
    return packs;
  }

  /** Says in the ledger which manifests of given up sessions count: those that are there now. */
  private int close(Set<ObjectId> sessions, SessionList open, BackupList list)
      throws IOException, InterruptedException {
    if (sessions.isEmpty()) {
      return 0;
    }
    Roots.requireWhole(repository, list);
    List<Closure> closures = new ArrayList<>();
    List<LedgerEntry.Added> added = new ArrayList<>();
    for (ObjectId session : sessions) {
      Set<ObjectId> accepted = new HashSet<>();
      for (Backup backup : list.backups()) {
        if (backup.sealed() && backup.manifest().session().equals(session)) {
          ObjectKind.MANIFEST.idIn(backup.object()).ifPresent(accepted::add);
          if (!repository.ledger().existing().containsKey(backup.object().value())) {
            added.add(backup.ledgerLine());
          }
        }
      }
      closures.add(new Closure(session, accepted));
    }
    boolean copying =
        open.sessions().stream()
            .filter(session -> sessions.contains(session.id()))
            .map(FoundSession::open)
            .anyMatch(o -> o != null && CopySession.bringsBackups(o));
    Brought brought = copying ? Brought.find(repository, list) : Brought.NOTHING;
    added.addAll(brought.lines());
    repository
        .ledger()
        .append(
            new LedgerChange(added, List.of(), closures),
            repository.now(),
            request.author(),
            repository.random());
    brought.keep(repository);
    return closures.size();
  }

  /**
   * What the survey has marked of a checkpoint may be needed by nobody since its writer has ended,
   * and gone by another prune. Before anything is called lost, everything is marked once more.
   */
  private void delete(Deletion deletion, Survey survey, BackupList list, Set<ObjectId> ready)
      throws IOException, InterruptedException {
    try {
      deletion.run(finalMark(survey, list), ready);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.REFERENCE_UNRESOLVED) {
        throw e;
      }
      repository.awaitListings();
      deletion.run(markOnce(null, BackupList.read(repository)), ready);
    }
  }

  /**
   * Marks what has come since: of manifests that were listed after the waiting, or once more later.
   * One that was forgotten since may have been pruned by another meanwhile.
   */
  private Mark finalMark(Survey survey, BackupList first) throws IOException, InterruptedException {
    BackupList list = first;
    for (int attempt = 1; ; attempt++) {
      try {
        return markOnce(survey, list);
      } catch (SalvorException e) {
        BackupList now = BackupList.read(repository);
        // What could not be read for a moment may be whole by now.
        boolean same = ids(now).containsAll(ids(list)) && now.damaged().equals(list.damaged());
        if (e.code() != ErrorCode.REFERENCE_UNRESOLVED || same || attempt == MOST_ATTEMPTS) {
          throw e;
        }
        list = now;
      }
    }
  }

  /**
   * What write-only clients have stored has to be in the index, or it would look like nobody's; and
   * what a manifest needs that has been listed before.
   */
  private void takeIn() throws IOException, InterruptedException {
    if (Intake.run(repository, progress).packs() > 0) {
      // Its segments have to show before the index is read.
      repository.awaitListings();
    }
  }

  private static Set<String> ids(BackupList list) {
    Set<String> ids = new HashSet<>();
    list.backups().forEach(backup -> ids.add(backup.object().value()));
    return ids;
  }

  private Mark markOnce(@Nullable Survey survey, BackupList list)
      throws IOException, InterruptedException {
    progress.phase("mark");
    SessionList sessions = SessionList.read(repository);
    condemnations.refresh();
    condemnations.requireAllReadable();
    // Listed before the index is read: what is deleted later has been copied, which it may not
    // show.
    Map<ObjectId, Long> there = Planner.list(repository);
    takeIn();
    repository.index().refresh();
    requireWholeIndex();
    Set<ObjectId> gone = Planner.gone(repository, there);
    Mark mark = new Mark(repository, repository.index().marks(), gone, progress);
    if (survey != null && !survey.mark().isIncomplete() && survey.gone().containsAll(gone)) {
      mark.takeOver(survey.mark());
    }
    Roots.of(repository, list, sessions).mark(mark);
    return mark;
  }

  private void requireWholeIndex() {
    for (SalvorException issue : repository.index().issues()) {
      if (issue.code() == ErrorCode.OBJECT_UNREADABLE) {
        throw issue;
      }
      throw Mark.unresolved("some backup", issue.getMessage() + ": " + issue.why(), issue);
    }
  }

  private void requireKnownLag() {
    if (!repository.storage().traits().knowsLag()) {
      throw new SalvorException(
          ErrorCode.LISTING_LAG_UNKNOWN,
          "Nothing can be pruned in " + repository.storage().address(),
          "nobody knows how late objects may appear in its lists",
          "use a storage that says so");
    }
  }

  private SegmentRewrite rewrite() {
    return new SegmentRewrite(
        repository.storage(), repository.keys(), repository.index(), progress);
  }
}
