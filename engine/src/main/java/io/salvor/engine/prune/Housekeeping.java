package io.salvor.engine.prune;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes away small things that nobody needs: segments and condemnations that others stand for, what
 * ended sessions have left, manifests that count no more. Small segments are merged, and
 * condemnations of which no pack is left.
 */
final class Housekeeping {
  /** From so many finished condemnations on they are merged. */
  static final int MANY = 16;

  private static final int MOST_PACKS = 1 << 20;

  private final Repository repository;
  private final PruneRequest request;
  private final Progress progress;
  private final SegmentRewrite segments;

  Housekeeping(Repository repository, PruneRequest request, Progress progress) {
    this.repository = repository;
    this.request = request;
    this.progress = progress;
    this.segments =
        new SegmentRewrite(repository.storage(), repository.keys(), repository.index(), progress);
  }

  /**
   * Deletes what an earlier run has replaced; to be called before this run replaces anything, so
   * that who lists meanwhile finds the old or the new.
   */
  void deleteReplaced() throws IOException {
    int _ = segments.deleteSuperseded();
    Set<ObjectId> superseded = new HashSet<>();
    List<Condemnation> all = repository.condemnations().all();
    all.forEach(condemnation -> superseded.addAll(condemnation.superseded()));
    for (Condemnation old : all) {
      boolean stoodFor =
          all.stream()
              .filter(other -> other.superseded().contains(old.id()))
              .anyMatch(other -> other.packs().containsAll(old.packs()));
      if (superseded.contains(old.id()) && stoodFor) {
        repository.storage().delete(ObjectKind.CONDEMNATION.name(old.id()));
      }
    }
  }

  /** The rest; a storage without room for it is no failure. */
  void run() throws IOException {
    progress.phase("tidy");
    SessionList sessions = SessionList.read(repository);
    BackupList list = BackupList.read(repository);
    sweep(sessions, list);
    deleteDead(sessions, list);
    try {
      Set<ObjectId> small = segments.small();
      if (!small.isEmpty()) {
        int _ = segments.replace(small, Set.of());
      }
      mergeCondemnations();
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.STORAGE_FULL) {
        throw e;
      }
      progress.warn(e.code().code(), "index", "small objects were not merged: " + e.why());
    }
  }

  /** What ended sessions have left, and closed ones whose work is of no use to anybody. */
  private void sweep(SessionList sessions, BackupList list) throws IOException {
    Set<ObjectId> useful = new HashSet<>();
    list.backups().stream()
        .filter(backup -> !backup.sealed())
        .map(Backup::manifest)
        .forEach(manifest -> useful.add(manifest.session()));
    for (ObjectId ended : sessions.ended()) {
      remove(ended, sessions);
    }
    for (FoundSession session : sessions.sessions()) {
      boolean isOver =
          !useful.contains(session.id())
              || session.isSilent(request.giveUpAfter(), repository.now());
      if (session.closed() && isOver) {
        remove(session.id(), sessions);
      }
    }
  }

  /**
   * A session that is over, after its signs of life, which would look like sessions by themselves.
   */
  private void remove(ObjectId session, SessionList sessions) throws IOException {
    for (Map.Entry<ObjectId, ObjectId> sign : sessions.signs().entrySet()) {
      if (sign.getValue().equals(session)) {
        remove(sign.getKey());
      }
    }
    remove(session);
  }

  /** All of a session but its revocation, so that who is cut off leaves it open or ended. */
  private void remove(ObjectId session) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    repository
        .storage()
        .list(ObjectKind.SESSION_OPEN.prefix() + session + "/", info -> names.add(info.name()));
    names.remove(ObjectKind.REVOCATION.name(session));
    names.sort(Comparator.comparingInt(name -> order(name, session)));
    for (ObjectName name : names) {
      repository.storage().delete(name);
    }
  }

  private static int order(ObjectName name, ObjectId session) {
    if (name.equals(ObjectKind.SESSION_OPEN.name(session))) {
      return 1;
    }
    return name.equals(ObjectKind.SESSION_END.name(session)) ? 2 : 0;
  }

  /** Manifests that were removed, or are void, unless a writer at work compares with one. */
  private void deleteDead(SessionList sessions, BackupList list) throws IOException {
    Set<ObjectName> parents = new HashSet<>();
    for (FoundSession session : sessions.sessions()) {
      ObjectId parent = session.open() == null ? null : session.open().parent();
      if (!session.isGivenUp() && parent != null) {
        parents.add(ObjectKind.MANIFEST.name(parent));
      }
    }
    for (ObjectName name : new TreeSet<>(list.dead())) {
      if (!parents.contains(name)) {
        repository.storage().delete(name);
      }
    }
  }

  /** One in the place of many of which no pack is there or named any more. */
  private void mergeCondemnations() throws IOException {
    Set<ObjectId> alive = new HashSet<>(Planner.list(repository).keySet());
    repository.index().packs(pack -> alive.add(pack.id()));
    Set<ObjectId> superseded = new HashSet<>();
    List<Condemnation> all = repository.condemnations().all();
    all.forEach(condemnation -> superseded.addAll(condemnation.superseded()));
    List<Condemnation> finished = new ArrayList<>();
    int packs = 0;
    for (Condemnation condemnation : all) {
      packs += condemnation.packs().size();
      if (packs <= MOST_PACKS
          && !superseded.contains(condemnation.id())
          && condemnation.packs().stream().noneMatch(alive::contains)) {
        finished.add(condemnation);
      }
    }
    if (finished.size() < MANY) {
      return;
    }
    ObjectId id = ObjectId.random(repository.random());
    List<ObjectId> union = new ArrayList<>();
    finished.forEach(condemnation -> union.addAll(condemnation.packs()));
    Condemnation merged =
        new Condemnation(
            id,
            repository.now(),
            union,
            request.author(),
            finished.stream().map(Condemnation::id).toList());
    byte[] object = repository.keys().sealSmall(ObjectKind.CONDEMNATION, id, merged.encode());
    repository.storage().put(ObjectKind.CONDEMNATION.name(id), object);
    repository.condemnations().add(merged);
  }
}
