package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Packs of the index that are in memory: a hash table whose slots hold a frame's number and a
 * blob's place in it, about 60 bytes for a blob with all its arrays. Safe for several threads.
 */
final class Overlay {
  private record Frame(PackDescription pack, int number, long offset, FrameDescription frame) {}

  /**
   * A segment whose packs are here.
   *
   * @param written by this process, so that it exists whether or not a list shows it yet
   */
  record Held(ViewHead.Segment segment, List<PackDescription> packs, boolean written) {
    Held {
      packs = List.copyOf(packs);
    }

    ObjectId id() {
      return segment.id();
    }
  }

  private final Map<ObjectId, PackDescription> packs = new LinkedHashMap<>();
  private final Map<ObjectId, Held> segments = new HashMap<>();
  private List<Frame> frames = new ArrayList<>();
  // 0: empty; else frame number + 1, and the blob's place in the low half.
  private long[] slots = new long[1 << 10];
  private int used;

  /** Adds a pack that no segment names yet; one that is there already stays. */
  synchronized void add(PackDescription pack) {
    if (packs.putIfAbsent(pack.id(), pack) == null) {
      insert(pack);
    }
  }

  /** From now on the packs are known to be in this segment. */
  synchronized void adopt(Held segment) {
    segments.put(segment.id(), segment);
    segment.packs().forEach(this::add);
  }

  /** Forgets the packs of these segments. */
  synchronized void remove(Set<ObjectId> gone) {
    if (Collections.disjoint(segments.keySet(), gone)) {
      return;
    }
    for (ObjectId id : gone) {
      Held held = segments.remove(id);
      if (held != null) {
        held.packs().forEach(pack -> packs.remove(pack.id()));
      }
    }
    segments.values().forEach(held -> held.packs().forEach(p -> packs.putIfAbsent(p.id(), p)));
    rebuild();
  }

  /** Forgets segments that count no more, with their packs. */
  synchronized void retain(Set<ObjectId> wanted) {
    Set<ObjectId> gone = new HashSet<>(segments.keySet());
    gone.removeAll(wanted);
    remove(gone);
  }

  /** Forgets packs that no segment is known to name. */
  synchronized void forgetUnnamed() {
    List<PackDescription> gone = unnamed();
    if (!gone.isEmpty()) {
      gone.forEach(pack -> packs.remove(pack.id()));
      rebuild();
    }
  }

  private void rebuild() {
    frames = new ArrayList<>();
    slots = new long[1 << 10];
    used = 0;
    packs.values().forEach(this::insert);
  }

  private void insert(PackDescription pack) {
    long offset = PackDescription.HEADER_SIZE;
    for (int i = 0; i < pack.frames().size(); i++) {
      FrameDescription frame = pack.frames().get(i);
      frames.add(new Frame(pack, i, offset, frame));
      for (int blob = 0; blob < frame.blobs(); blob++) {
        if (used >= slots.length / 2) {
          grow();
        }
        put(frame.id(blob), (long) frames.size() << 32 | blob);
        used++;
      }
      offset += frame.stored();
    }
  }

  private void put(BlobId id, long value) {
    int slot = slot(id);
    while (slots[slot] != 0) {
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = value;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[Math.multiplyExact(old.length, 2)];
    for (long value : old) {
      if (value != 0) {
        put(frame(value).frame.id((int) value), value);
      }
    }
  }

  private int slot(BlobId id) {
    return (int) id.b() & slots.length - 1;
  }

  private Frame frame(long value) {
    return frames.get((int) (value >>> 32) - 1);
  }

  /** Shows each place of a blob until one was enough; tells whether one was. */
  synchronized boolean find(BlobKind kind, BlobId id, Predicate<BlobLocation> enough) {
    for (int slot = slot(id); slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
      Frame at = frame(slots[slot]);
      int blob = (int) slots[slot];
      if (at.pack.kind() == kind && at.frame.has(blob, id) && enough.test(location(at, blob))) {
        return true;
      }
    }
    return false;
  }

  private static BlobLocation location(Frame at, int blob) {
    return new BlobLocation(
        at.pack.id(),
        at.number,
        at.offset,
        at.frame.stored(),
        at.frame.plain(),
        at.frame.codec(),
        at.frame.offset(blob),
        at.frame.length(blob));
  }

  /** Number of blobs. */
  synchronized int blobs() {
    return used;
  }

  /** All packs. */
  synchronized List<PackDescription> packs() {
    return List.copyOf(packs.values());
  }

  /** Segments that are known to name packs that are here. */
  synchronized Map<ObjectId, Held> segments() {
    return Map.copyOf(segments);
  }

  /** The packs that no segment is known to name. */
  synchronized List<PackDescription> unnamed() {
    Map<ObjectId, @Nullable PackDescription> rest = new LinkedHashMap<>(packs);
    segments.values().forEach(held -> held.packs().forEach(pack -> rest.remove(pack.id())));
    return List.copyOf(rest.values());
  }
}
