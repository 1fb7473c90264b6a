package io.salvor.engine.prune;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.prune.PrunePlan.Fate;
import io.salvor.engine.prune.PrunePlan.PackPlan;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides which packs go: what the marks say of each, held against what is there. */
final class Planner {
  private final Repository repository;
  private final double maxUnused;
  private final Map<ObjectId, Long> there;
  private final Set<ObjectId> condemned;
  private final List<PackPlan> packs = new ArrayList<>();
  private final Set<ObjectId> named = new HashSet<>();
  private long kept;
  private long keptBytes;
  private long keptUnused;
  private boolean leavesUnnamed;

  /**
   * @param there packs that were there before the index was read, with their sizes
   */
  Planner(Repository repository, double maxUnused, Map<ObjectId, Long> there) {
    this.repository = repository;
    this.maxUnused = maxUnused;
    this.there = there;
    this.condemned = repository.condemnations().packs();
  }

  /** The packs that are there, with their sizes. */
  static Map<ObjectId, Long> list(Repository repository) throws IOException {
    Map<ObjectId, Long> there = new HashMap<>();
    repository
        .storage()
        .list(
            ObjectKind.DATA_PACK.prefix(),
            info ->
                ObjectKind.DATA_PACK.idIn(info.name()).ifPresent(id -> there.put(id, info.size())));
    return there;
  }

  /**
   * Packs that the index names and that are not there.
   *
   * @param there what a list has shown before the index was read
   */
  static Set<ObjectId> gone(Repository repository, Map<ObjectId, Long> there) throws IOException {
    Set<ObjectId> missed = new HashSet<>();
    repository.index().packs(pack -> missed.add(pack.id()));
    missed.removeAll(there.keySet());
    Set<ObjectId> gone = new HashSet<>();
    for (ObjectId id : missed) {
      // It may have come since the list.
      if (repository.storage().find(ObjectKind.DATA_PACK.name(id)).isEmpty()) {
        gone.add(id);
      }
    }
    return gone;
  }

  /**
   * Plans.
   *
   * @param gone packs that the index names and that are not there
   * @param unnamed whether what no segment names goes, for nobody is at work whose it may be
   * @param inTheWay who has to be waited for
   */
  PrunePlan plan(
      BlobMarks marks,
      Set<ObjectId> gone,
      boolean unnamed,
      List<FoundSession> inTheWay,
      int segments) {
    marks.usage(usage -> judge(usage, gone));
    for (Map.Entry<ObjectId, Long> pack : there.entrySet()) {
      ObjectId id = pack.getKey();
      if (named.contains(id)) {
        continue;
      }
      if (condemned.contains(id)) {
        packs.add(new PackPlan(id, Fate.CONDEMNED, pack.getValue(), 0));
      } else if (unnamed) {
        packs.add(new PackPlan(id, Fate.ORPHAN, pack.getValue(), 0));
      } else {
        leavesUnnamed = true;
      }
    }
    packs.sort((x, y) -> x.id().compareTo(y.id()));
    return new PrunePlan(packs, kept, keptBytes, keptUnused, segments, inTheWay);
  }

  /** Whether packs stay that no segment names, for somebody may be at work. */
  boolean leavesUnnamed() {
    return leavesUnnamed;
  }

  /** What cannot be opened stays as it is, until somebody prunes who can. */
  private boolean canCopy(BlobMarks.Usage usage) {
    return usage.pack().kind() != BlobKind.SENSITIVE || repository.keys().opensSensitive();
  }

  private void judge(BlobMarks.Usage usage, Set<ObjectId> gone) {
    ObjectId id = usage.pack().id();
    long size = usage.pack().size();
    named.add(id);
    if (condemned.contains(id)) {
      if (there.containsKey(id)) {
        packs.add(new PackPlan(id, Fate.CONDEMNED, size, usage.live()));
      }
    } else if (gone.contains(id)) {
      packs.add(new PackPlan(id, Fate.LOST, 0, 0));
    } else if (usage.blobs() == 0) {
      packs.add(new PackPlan(id, Fate.DEAD, size, 0));
    } else if (usage.stored() - usage.live() > maxUnused * usage.stored() && canCopy(usage)) {
      packs.add(new PackPlan(id, Fate.SPARSE, size, usage.live()));
    } else {
      kept++;
      keptBytes += size;
      keptUnused += usage.stored() - usage.live();
    }
  }
}
