package io.salvor.engine.index;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Listings;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One look at the segments that are there: which are known already, what the others say, and which
 * count. For one thread.
 */
final class SegmentReading {
  /** Is given a segment that was read, and has packs. */
  interface Taker {
    void take(ObjectId id, IndexSegment segment);
  }

  private final Storage storage;
  private final KeyRing keys;
  private final Progress progress;
  private final Set<ObjectId> present = new HashSet<>();
  private final Map<ObjectId, ViewHead.Segment> known = new HashMap<>();
  private final Map<ObjectId, ViewHead.Segment> bare = new HashMap<>();
  private final Map<ObjectId, SalvorException> damaged = new LinkedHashMap<>();
  private final List<ObjectId> unread;
  private boolean vanished;

  /**
   * Lists the segments.
   *
   * @param views that know some
   * @param inMemory those whose packs this process holds in memory
   * @param bare those without packs, as the last reading has found them
   */
  SegmentReading(
      Storage storage,
      KeyRing keys,
      Collection<View> views,
      Collection<Overlay.Held> inMemory,
      Collection<ViewHead.Segment> bare,
      Progress progress)
      throws IOException {
    this.storage = storage;
    this.keys = keys;
    this.progress = progress;
    Listings.names(storage, ObjectKind.INDEX_SEGMENT.prefix())
        .forEach(
            name ->
                ObjectKind.INDEX_SEGMENT
                    .idIn(name)
                    // What a write-only client says of packs counts once a key holder has read
                    // them.
                    .filter(id -> !keys.isForeign(id))
                    .ifPresent(present::add));
    // Where lists lag they do not show yet what this process has written; what it has read they do.
    inMemory.stream().filter(Overlay.Held::written).forEach(held -> present.add(held.id()));
    for (ViewHead.Segment segment : bare) {
      if (present.contains(segment.id())) {
        this.bare.put(segment.id(), segment);
      }
    }
    known.putAll(this.bare);
    views.forEach(view -> view.segments().forEach(s -> known.put(s.id(), s)));
    inMemory.forEach(held -> known.putIfAbsent(held.id(), held.segment()));
    this.unread = present.stream().filter(id -> !known.containsKey(id)).toList();
  }

  /** Reads those that nobody knew; may be done again from the beginning. */
  void read(Taker taker) throws IOException {
    damaged.clear();
    for (ObjectId id : unread) {
      progress.checkCancelled();
      read(id, taker);
    }
  }

  private void read(ObjectId id, Taker taker) throws IOException {
    IndexSegment segment;
    try {
      segment = IndexSegment.read(storage, keys, id);
    } catch (NoSuchFileException e) {
      // Superseded and removed since the list was made.
      vanished = true;
      return;
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.OBJECT_DAMAGED) {
        throw e;
      }
      damaged.put(id, e);
      return;
    }
    if (keys.isForeign(id)) {
      // Of a write-only client that was admitted since the list was made.
      present.remove(id);
      return;
    }
    ViewHead.Segment head = new ViewHead.Segment(id, segment.superseded());
    known.put(id, head);
    if (segment.packs().isEmpty()) {
      bare.put(id, head);
    } else {
      taker.take(id, segment);
    }
  }

  /** Whether one went away between the list and its reading. */
  boolean hasVanished() {
    return vanished;
  }

  /** Segments that are there and have no packs. */
  Collection<ViewHead.Segment> bare() {
    return List.copyOf(bare.values());
  }

  /**
   * What is wrong with those that were read. Nobody misses a damaged one for which another stands,
   * as after a repair.
   */
  List<SalvorException> issues() {
    Map<ObjectId, SalvorException> missed = new LinkedHashMap<>(damaged);
    missed.keySet().removeAll(superseded());
    return List.copyOf(missed.values());
  }

  /** Those for which segments that are there stand. */
  Set<ObjectId> superseded() {
    Set<ObjectId> superseded = new HashSet<>();
    known.forEach(
        (id, segment) -> {
          if (present.contains(id)) {
            superseded.addAll(segment.superseded());
          }
        });
    return Set.copyOf(superseded);
  }

  /** The segments that count: those that are there and that none of these supersedes. */
  Set<ObjectId> wanted() {
    Set<ObjectId> wanted = new HashSet<>(known.keySet());
    wanted.retainAll(present);
    for (ObjectId id : List.copyOf(wanted)) {
      ViewHead.Segment segment = known.get(id);
      if (segment != null) {
        segment.superseded().forEach(wanted::remove);
      }
    }
    return Set.copyOf(wanted);
  }
}
