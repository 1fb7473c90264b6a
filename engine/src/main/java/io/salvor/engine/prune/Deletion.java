package io.salvor.engine.prune;

import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletes condemned packs for whom nobody has to be waited for any more. Those of which nothing is
 * needed go first, which takes no room; then what is needed of the others, and of packs that
 * somebody else has condemned, is copied; then these go. What no segment names goes last: it may be
 * what another pruner has just copied, and relies on.
 */
final class Deletion {
  private final Repository repository;
  private final Progress progress;
  private int packs;
  private long bytes;
  private long copiedBlobs;
  private long copiedBytes;

  Deletion(Repository repository, Progress progress) {
    this.repository = repository;
    this.progress = progress;
  }

  int packs() {
    return packs;
  }

  long bytes() {
    return bytes;
  }

  long copiedBlobs() {
    return copiedBlobs;
  }

  long copiedBytes() {
    return copiedBytes;
  }

  /**
   * Deletes packs.
   *
   * @param mark of everything that is needed, marked after the waiting
   * @param ready the packs that may go
   */
  void run(Mark mark, Set<ObjectId> ready) throws IOException, InterruptedException {
    Map<ObjectId, Long> there = Planner.list(repository);
    Set<ObjectId> condemned = repository.condemnations().packs();
    Map<ObjectId, Long> live = new HashMap<>();
    Set<ObjectId> gone = new HashSet<>();
    Set<ObjectId> named = new HashSet<>();
    mark.marks()
        .usage(
            usage -> {
              ObjectId id = usage.pack().id();
              named.add(id);
              if (!there.containsKey(id) && condemned.contains(id)) {
                gone.add(id);
              }
              if (condemned.contains(id) && usage.blobs() > 0 && there.containsKey(id)) {
                live.put(id, usage.live());
              }
            });
    Set<ObjectId> doomed = new TreeSet<>(ready);
    doomed.retainAll(there.keySet());
    Set<ObjectId> dead = new TreeSet<>(doomed);
    dead.removeAll(live.keySet());
    dead.retainAll(named);
    progress.phase("delete");
    progress.expect(doomed.size(), 0);
    delete(dead, there);
    try {
      copy(mark.marks(), live.keySet(), condemned, gone);
      Set<ObjectId> dropped = new HashSet<>(doomed);
      dropped.addAll(gone);
      rewriteIndex(dropped);
    } catch (SalvorException e) {
      throw withNeed(e, live.values().stream().mapToLong(Long::longValue).sum());
    }
    progress.phase("delete");
    doomed.removeAll(dead);
    delete(doomed, there);
    repository.index().refresh();
  }

  private void copy(
      BlobMarks marks, Set<ObjectId> from, Set<ObjectId> condemned, Set<ObjectId> gone)
      throws IOException, InterruptedException {
    if (from.isEmpty()) {
      return;
    }
    progress.phase("copy");
    Set<ObjectId> without = new HashSet<>(condemned);
    without.addAll(gone);
    // An erasure has to see who may still store something under the epoch that it closes.
    try (CopySession session =
        repository.description().erasable()
            ? CopySession.begin(repository, "pruner", "prune")
            : null) {
      Progress signing = session == null ? progress : session.signing(progress);
      Copies copies = new Copies(repository, marks, without, signing);
      copies.run(from);
      copiedBlobs = copies.blobs();
      copiedBytes = copies.stored();
    }
    repository.awaitListings();
  }

  private void rewriteIndex(Set<ObjectId> dropped) throws IOException {
    Set<ObjectId> segments = repository.index().segmentsNaming(dropped);
    if (!segments.isEmpty()) {
      progress.phase("index");
      int _ =
          new SegmentRewrite(repository.storage(), repository.keys(), repository.index(), progress)
              .replace(segments, dropped);
    }
  }

  private void delete(Set<ObjectId> doomed, Map<ObjectId, Long> there) throws IOException {
    for (ObjectId id : doomed) {
      progress.checkCancelled();
      repository.storage().delete(ObjectKind.DATA_PACK.name(id));
      packs++;
      bytes += there.getOrDefault(id, 0L);
      progress.advance(1, 0);
    }
  }

  /** Says of a full storage how much a prune needs. */
  static SalvorException withNeed(SalvorException e, long need) {
    if (e.code() != ErrorCode.STORAGE_FULL) {
      return e;
    }
    return new SalvorException(
        e.code(),
        "There is no room for the prune to go on: it needs about " + need + " bytes",
        e.why() + "; what could go without it is gone, and nothing is lost",
        "make room, then prune again",
        e);
  }
}
