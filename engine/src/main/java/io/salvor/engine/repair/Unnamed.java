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
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.PackVisitor;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.OneObject;
import io.salvor.engine.verify.ObjectAudit;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Packs that are there and that no segment names which can be read: described by themselves, and
 * known to this process's index from then on. Holds a line for each; what is in them is read again
 * each time.
 */
final class Unnamed {
  private final Repository repository;
  private final Other other;
  private final Set<ObjectId> condemned;
  private final Progress progress;
  private final List<ObjectId> segments = new ArrayList<>();
  private final List<PackSummary> rebuilt = new ArrayList<>();
  private final Set<ObjectId> named = new HashSet<>();
  private final Set<ObjectId> unknown = new HashSet<>();
  private final Set<ObjectId> withheld = new HashSet<>();

  Unnamed(Repository repository, Other other, Set<ObjectId> condemned, Progress progress) {
    this.repository = repository;
    this.other = other;
    this.condemned = condemned;
    this.progress = progress;
  }

  /** Adds the packs of segments that the copy has. */
  void add(List<ObjectId> ofTheCopy) throws IOException {
    segments.addAll(ofTheCopy);
    if (!segments.isEmpty()) {
      each(pack -> true, pack -> named.add(pack.id()));
      repository.index().suppose(to -> each(pack -> true, to));
    }
  }

  /** Looks for packs that no readable segment names. */
  void find(ObjectAudit audit) throws IOException {
    for (ObjectId id : repository.index().segments()) {
      if (audit.segments().containsKey(id)) {
        segment(repository, id).packs().forEach(pack -> named.add(pack.id()));
      }
    }
    Map<ObjectId, Long> there = new TreeMap<>();
    repository
        .storage()
        .list(
            ObjectKind.DATA_PACK.prefix(),
            info ->
                ObjectKind.DATA_PACK.idIn(info.name()).ifPresent(id -> there.put(id, info.size())));
    there.keySet().removeAll(named);
    there.keySet().removeAll(condemned);
    for (Map.Entry<ObjectId, Long> pack : there.entrySet()) {
      progress.checkCancelled();
      describe(pack.getKey(), pack.getValue());
    }
    repository.index().suppose(to -> each(pack -> true, to));
  }

  private void describe(ObjectId id, long size) throws IOException {
    try {
      PackDescription pack = new PackReader(repository.storage(), repository.keys()).describe(id);
      rebuilt.add(new PackSummary(id, pack.sha256(), size, pack.kind()));
    } catch (NoSuchFileException e) {
      // Pruned meanwhile.
      return;
    } catch (IOException | SalvorException e) {
      if (e instanceof SalvorException known && isDamage(known)) {
        // Of what is damaged the directory may still tell; its frames are told apart later.
        byDirectory(repository, id, size)
            .ifPresentOrElse(
                pack -> rebuilt.add(new PackSummary(id, pack.sha256(), size, pack.kind())),
                () -> unknown.add(id));
      } else if (OneObject.unreadable(e).isPresent()) {
        unknown.add(id);
        withheld.add(id);
      } else {
        throw e;
      }
    }
  }

  /** What a pack's directory tells of it, which may itself be damaged; nothing if that is. */
  static Optional<PackDescription> byDirectory(Repository repository, ObjectId id, long size)
      throws IOException {
    for (BlobKind kind : BlobKind.values()) {
      // No bytes have this hash, so that nobody takes the pack for sound.
      Optional<PackDescription> pack =
          described(repository, new PackSummary(id, new byte[Sha256.SIZE], size, kind));
      if (pack.isPresent()) {
        return pack;
      }
    }
    return Optional.empty();
  }

  /** A pack with what its directory says; nothing if that cannot be read, or not any more. */
  static Optional<PackDescription> described(Repository repository, PackSummary pack)
      throws IOException {
    PackReader reader = new PackReader(repository.storage(), repository.keys());
    try {
      List<FrameDescription> frames = reader.readDirectory(pack.kind(), pack.id(), pack.size());
      return Optional.of(
          new PackDescription(pack.id(), pack.sha256(), pack.size(), pack.kind(), frames));
    } catch (NoSuchFileException | EOFException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!isDamage(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static boolean isDamage(SalvorException e) {
    return e.code().isDamage()
        || e.code() == ErrorCode.FORMAT_NEWER
        || e.code() == ErrorCode.SENSITIVE_NOT_GRANTED;
  }

  /** Shows those that were added, sound or not, and that are wanted. */
  void each(Predicate<ObjectId> wanted, PackVisitor to) throws IOException {
    for (ObjectId id : segments) {
      Optional<byte[]> object = other.object(ObjectKind.INDEX_SEGMENT.name(id));
      if (object.isPresent()) {
        for (PackDescription pack : segment(repository.keys(), id, object.get()).packs()) {
          if (wanted.test(pack.id())) {
            to.see(pack);
          }
        }
      }
    }
    for (PackSummary summary : rebuilt) {
      progress.checkCancelled();
      if (wanted.test(summary.id())) {
        Optional<PackDescription> pack = described(repository, summary);
        if (pack.isPresent()) {
          to.see(pack.get());
        }
      }
    }
  }

  /** Packs that are there, and of which nothing tells what is in them. */
  Set<ObjectId> unknown() {
    return unknown;
  }

  /** Of these, those that the storage does not give, though they may be in order. */
  Set<ObjectId> withheld() {
    return withheld;
  }

  /** Those that were described by themselves. */
  List<PackSummary> rebuilt() {
    return rebuilt;
  }

  /** A segment, or one without packs if it cannot be read. */
  static IndexSegment segment(Repository repository, ObjectId id) throws IOException {
    try {
      return IndexSegment.read(repository.storage(), repository.keys(), id);
    } catch (NoSuchFileException e) {
      return new IndexSegment(List.of(), List.of());
    } catch (IOException | SalvorException e) {
      boolean damage = e instanceof SalvorException known && known.code().isDamage();
      if (!damage && OneObject.unreadable(e).isEmpty()) {
        throw e;
      }
      return new IndexSegment(List.of(), List.of());
    }
  }

  static IndexSegment segment(KeyRing keys, ObjectId id, byte[] object) {
    return IndexSegment.decode(keys.openSmall(ObjectKind.INDEX_SEGMENT, id, object));
  }
}
