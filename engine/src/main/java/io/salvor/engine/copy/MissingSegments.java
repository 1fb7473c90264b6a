package io.salvor.engine.copy;

import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Segments of the source that its index does not know, for they are damaged, or lost while
 * manifests name them: whatever packs they have named are not sent, and nobody would be told.
 */
final class MissingSegments {
  private final Repository from;
  private final Repository to;
  private final Set<ObjectId> missing = new TreeSet<>();

  MissingSegments(Repository from, Repository to) {
    this.from = from;
    this.to = to;
  }

  /** Looks at a manifest that is sent. */
  void look(ObjectName name, byte[] object) {
    try {
      ObjectId id = ObjectKind.MANIFEST.idIn(name).orElseThrow();
      Manifest manifest =
          ManifestCodec.decode(from.keys().openSmall(ObjectKind.MANIFEST, id, object));
      manifest.segments().stream()
          .map(Manifest.SegmentRef::id)
          .filter(segment -> !isKnown(segment))
          .forEach(missing::add);
    } catch (MalformedException e) {
      // Whoever reads it is told.
      return;
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
    }
  }

  /** Looks for segments that are there and cannot be read, whoever needs them. */
  void look() throws IOException {
    Set<ObjectId> unknown = new TreeSet<>();
    from.storage()
        .list(
            ObjectKind.INDEX_SEGMENT.prefix(),
            info -> ObjectKind.INDEX_SEGMENT.idIn(info.name()).ifPresent(unknown::add));
    unknown.removeIf(this::isKnown);
    for (ObjectId id : unknown) {
      try {
        IndexSegment _ = IndexSegment.read(from.storage(), from.keys(), id);
      } catch (NoSuchFileException e) {
        continue;
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        missing.add(id);
      }
    }
  }

  /** Those of write-only clients wait until somebody has read back what they name. */
  private boolean isKnown(ObjectId id) {
    return from.keys().isForeign(id) || knows(from.index(), id) || knows(to.index(), id);
  }

  private static boolean knows(BlobIndex index, ObjectId id) {
    return index.segments().contains(id) || index.superseded().contains(id);
  }

  /** Those for which no other stands. */
  List<ObjectName> names() {
    return missing.stream()
        .filter(id -> !from.index().superseded().contains(id))
        .map(ObjectKind.INDEX_SEGMENT::name)
        .toList();
  }
}
