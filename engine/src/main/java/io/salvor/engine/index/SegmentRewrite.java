package io.salvor.engine.index;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Replaces segments by fewer ones that say the same, or less. A new segment stands for whole old
 * ones and has all of their packs that stay, so that it is enough by itself, and it lists as
 * superseded also what those had superseded, for manifests name segments that are long gone.
 *
 * <p>What was superseded is deleted by a later run, never by the one that has superseded it: who
 * lists the index meanwhile finds the old ones, or the new one, or both.
 */
public final class SegmentRewrite {
  /** Objects of fewer bytes are worth merging. */
  static final long SMALL = 1 << 20;

  /** From more small ones than this on they are merged. */
  static final int MANY = 64;

  private final Storage storage;
  private final KeyRing keys;
  private final BlobIndex index;
  private final SegmentWriter writer;
  private final Progress progress;

  public SegmentRewrite(Storage storage, KeyRing keys, BlobIndex index, Progress progress) {
    this.storage = storage;
    this.keys = keys;
    this.index = index;
    this.writer = new SegmentWriter(storage, keys);
    this.progress = progress;
  }

  /**
   * Writes segments that stand for these and do not name the packs in {@code without}. All are
   * durable when this returns; damaged segments stay as they are.
   *
   * @return how many were written
   */
  public int replace(Set<ObjectId> segments, Set<ObjectId> without) throws IOException {
    Group group = new Group();
    int written = 0;
    for (ObjectId id : new TreeSet<>(segments)) {
      progress.checkCancelled();
      IndexSegment segment;
      try {
        segment = IndexSegment.read(storage, keys, id);
      } catch (NoSuchFileException e) {
        // Somebody else has replaced it.
        continue;
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        continue;
      }
      List<PackDescription> stay =
          segment.packs().stream().filter(pack -> !without.contains(pack.id())).toList();
      if (!group.fits(stay)) {
        group.write();
        written++;
        group = new Group();
      }
      group.add(id, segment, stay);
    }
    if (!group.superseded.isEmpty()) {
      group.write();
      written++;
    }
    return written;
  }

  /** The small segments, if they are many. */
  public Set<ObjectId> small() throws IOException {
    Map<ObjectId, Long> sizes = new HashMap<>();
    storage.list(
        ObjectKind.INDEX_SEGMENT.prefix(),
        info ->
            ObjectKind.INDEX_SEGMENT.idIn(info.name()).ifPresent(id -> sizes.put(id, info.size())));
    Set<ObjectId> small = new TreeSet<>();
    for (ObjectId id : index.segments()) {
      Long size = sizes.get(id);
      if (size != null && size < SMALL) {
        small.add(id);
      }
    }
    return small.size() > MANY ? small : Set.of();
  }

  /**
   * Deletes segments for which others have stood since this process has read the index last.
   *
   * @return how many there were
   */
  public int deleteSuperseded() throws IOException {
    Set<ObjectId> superseded = index.superseded();
    List<ObjectId> there = new ArrayList<>();
    storage.list(
        ObjectKind.INDEX_SEGMENT.prefix(),
        info ->
            ObjectKind.INDEX_SEGMENT
                .idIn(info.name())
                .filter(superseded::contains)
                .ifPresent(there::add));
    for (ObjectId id : there) {
      storage.delete(ObjectKind.INDEX_SEGMENT.name(id));
    }
    return there.size();
  }

  /** Old segments and what one new segment says in their place. */
  private final class Group {
    private final Set<ObjectId> superseded = new TreeSet<>();
    private final Map<ObjectId, PackDescription> packs = new LinkedHashMap<>();
    private long size;

    boolean fits(List<PackDescription> more) {
      return superseded.isEmpty() || size + size(more) <= SegmentWriter.TARGET;
    }

    void add(ObjectId id, IndexSegment segment, List<PackDescription> stay) {
      superseded.add(id);
      superseded.addAll(segment.superseded());
      stay.forEach(pack -> packs.putIfAbsent(pack.id(), pack));
      size += size(stay) + (1 + segment.superseded().size()) * (long) ObjectId.SIZE;
    }

    void write() throws IOException {
      writer.write(List.copyOf(superseded), List.copyOf(packs.values()));
    }

    private static long size(List<PackDescription> packs) {
      return packs.stream().mapToLong(IndexSegment::encodedSize).sum();
    }
  }
}
