package io.salvor.engine.repair;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.ObjectAudit;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Packs that are there and that no segment names which can be read: described by themselves, and
 * known to this process's index from then on. They are held in memory, as they are after a segment
 * was lost.
 */
final class Unnamed {
  private final Repository repository;
  private final Set<ObjectId> condemned;
  private final Progress progress;
  private final List<PackDescription> packs = new ArrayList<>();
  private final List<PackDescription> rebuilt = new ArrayList<>();
  private final Set<ObjectId> named = new HashSet<>();
  private final Set<ObjectId> unknown = new HashSet<>();

  Unnamed(Repository repository, Set<ObjectId> condemned, Progress progress) {
    this.repository = repository;
    this.condemned = condemned;
    this.progress = progress;
  }

  /** Packs of a segment that the copy has. */
  void add(IndexSegment segment) {
    for (PackDescription pack : segment.packs()) {
      named.add(pack.id());
      packs.add(pack);
      repository.index().add(pack);
    }
  }

  /** Looks for packs that no readable segment names. */
  void find(ObjectAudit audit) throws IOException {
    for (ObjectId id : repository.index().segments()) {
      if (audit.segments().containsKey(id)) {
        segment(repository, id).packs().forEach(pack -> named.add(pack.id()));
      }
    }
    Map<ObjectName, Long> there = new TreeMap<>();
    repository
        .storage()
        .list(ObjectKind.DATA_PACK.prefix(), info -> there.put(info.name(), info.size()));
    for (Map.Entry<ObjectName, Long> pack : there.entrySet()) {
      ObjectId id = ObjectKind.DATA_PACK.idIn(pack.getKey()).orElse(null);
      if (id != null && !named.contains(id) && !condemned.contains(id)) {
        progress.checkCancelled();
        describe(id, pack.getValue());
      }
    }
  }

  private void describe(ObjectId id, long size) throws IOException {
    PackReader reader = new PackReader(repository.storage(), repository.keys());
    try {
      take(reader.describe(id));
    } catch (NoSuchFileException e) {
      // Pruned meanwhile.
      return;
    } catch (SalvorException e) {
      if (!isDamage(e)) {
        throw e;
      }
      directoryOnly(reader, id, size);
    }
  }

  /** Of a pack that is damaged what its directory still tells; its frames are told apart later. */
  private void directoryOnly(PackReader reader, ObjectId id, long size) throws IOException {
    for (BlobKind kind : BlobKind.values()) {
      try {
        List<FrameDescription> frames = reader.readDirectory(kind, id, size);
        // No bytes have this hash, so that nobody takes the pack for sound.
        take(new PackDescription(id, new byte[Sha256.SIZE], size, kind, frames));
        return;
      } catch (NoSuchFileException | EOFException e) {
        break;
      } catch (SalvorException e) {
        if (!isDamage(e)) {
          throw e;
        }
      }
    }
    unknown.add(id);
  }

  private void take(PackDescription pack) {
    packs.add(pack);
    rebuilt.add(pack);
    repository.index().add(pack);
  }

  private static boolean isDamage(SalvorException e) {
    return e.code().isDamage() || e.code() == ErrorCode.FORMAT_NEWER;
  }

  /** All that were added, sound or not. */
  List<PackDescription> packs() {
    return packs;
  }

  /** Packs that are there, and of which nothing tells what is in them. */
  Set<ObjectId> unknown() {
    return unknown;
  }

  /** Those that were described by themselves. */
  List<PackDescription> rebuilt() {
    return rebuilt;
  }

  /** A segment, or one without packs if it cannot be read. */
  static IndexSegment segment(Repository repository, ObjectId id) throws IOException {
    try {
      return IndexSegment.read(repository.storage(), repository.keys(), id);
    } catch (NoSuchFileException e) {
      return new IndexSegment(List.of(), List.of());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return new IndexSegment(List.of(), List.of());
    }
  }

  static IndexSegment segment(KeyRing keys, ObjectId id, byte[] object) {
    return IndexSegment.decode(keys.openSmall(ObjectKind.INDEX_SEGMENT, id, object));
  }
}
