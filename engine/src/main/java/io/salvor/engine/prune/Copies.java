package io.salvor.engine.prune;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Copies what is marked in packs that will go into new ones, frame by frame; every blob is checked
 * by its id. What lies in another pack that stays is read back there instead, and copied only if
 * that one is not sound. When this has run, everything marked in those packs is durable elsewhere,
 * and segments name it.
 */
final class Copies {
  private static final long FLUSH = 256L << 20;

  private final Repository repository;
  private final BlobIndex index;
  private final BlobMarks marks;
  private final Set<ObjectId> without;
  private final Progress progress;
  private long blobs;
  private long stored;

  /**
   * @param without packs that count for nothing: condemned by anybody, or gone
   */
  Copies(Repository repository, BlobMarks marks, Set<ObjectId> without, Progress progress) {
    this.repository = repository;
    this.index = repository.index();
    this.marks = marks;
    this.without = new HashSet<>(without);
    this.progress = progress;
  }

  /** Blobs that were copied. */
  long blobs() {
    return blobs;
  }

  /** Bytes of the new packs. */
  long stored() {
    return stored;
  }

  void run(Set<ObjectId> packs) throws IOException {
    index.leaveOut(without);
    Set<ObjectId> left = new HashSet<>(packs);
    try (BlobWriter writer = repository.newWriter()) {
      long flushed = 0;
      for (ObjectId segment : new TreeSet<>(index.segmentsNaming(packs))) {
        for (PackDescription pack : packsOf(segment)) {
          if (left.remove(pack.id())) {
            copy(pack, writer);
          }
          if (writer.statistics().stored() - flushed > FLUSH) {
            writer.writeSegments(writer.flush());
            flushed = writer.statistics().stored();
          }
        }
      }
      unnamed(left, writer);
      writer.writeSegments(writer.flush());
      blobs = writer.statistics().blobs();
      stored = writer.statistics().stored();
    }
  }

  /**
   * Packs that another prune has taken from the index meanwhile: what they have is read from
   * themselves. One that is gone was copied by whoever has deleted it.
   */
  private void unnamed(Set<ObjectId> packs, BlobWriter writer) throws IOException {
    if (packs.isEmpty()) {
      return;
    }
    index.refresh();
    PackReader reader = new PackReader(repository.storage(), repository.keys());
    for (ObjectId id : packs) {
      try {
        copy(reader.describe(id), writer);
      } catch (NoSuchFileException e) {
        continue;
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.OBJECT_LOST) {
          throw e;
        }
      }
    }
  }

  private List<PackDescription> packsOf(ObjectId segment) throws IOException {
    try {
      return IndexSegment.read(repository.storage(), repository.keys(), segment).packs();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private void copy(PackDescription pack, BlobWriter writer) throws IOException {
    long offset = PackDescription.HEADER_SIZE;
    for (int i = 0; i < pack.frames().size(); i++) {
      progress.checkCancelled();
      FrameDescription frame = pack.frames().get(i);
      for (int blob = 0; blob < frame.blobs(); blob++) {
        if (marks.isMarked(pack.kind(), frame.id(blob))) {
          copy(pack.kind(), frame.id(blob), place(pack, i, offset, blob), writer);
        }
      }
      progress.advance(0, frame.stored());
      offset += frame.stored();
    }
  }

  private static BlobLocation place(PackDescription pack, int number, long offset, int blob) {
    FrameDescription frame = pack.frames().get(number);
    return new BlobLocation(
        pack.id(),
        number,
        offset,
        frame.stored(),
        frame.plain(),
        frame.codec(),
        frame.offset(blob),
        frame.length(blob));
  }

  private void copy(BlobKind kind, BlobId id, BlobLocation place, BlobWriter writer)
      throws IOException {
    if (!isSoundElsewhere(kind, id)) {
      byte[] bytes = read(kind, id, place);
      writer.put(kind, bytes, 0, bytes.length);
    }
  }

  private boolean isSoundElsewhere(BlobKind kind, BlobId id) throws IOException {
    for (BlobLocation other : index.locations(kind, id)) {
      if (!without.contains(other.pack())) {
        try {
          byte[] _ = repository.blobs().get(kind, id, List.of(other));
          return true;
        } catch (SalvorException e) {
          if (!e.code().isDamage()) {
            throw e;
          }
          // Nothing more is relied on there.
          without.add(other.pack());
          index.leaveOut(without);
        }
      }
    }
    return false;
  }

  private byte[] read(BlobKind kind, BlobId id, BlobLocation place) throws IOException {
    try {
      return repository.blobs().get(kind, id, List.of(place));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
    }
    try {
      return repository.blobs().get(kind, id);
    } catch (SalvorException e) {
      // What the storage withholds for a while is not damaged.
      if (!e.code().isDamage() || e.code() == ErrorCode.OBJECT_UNREADABLE) {
        throw e;
      }
      throw Mark.unresolved("some backup", e.getMessage() + ": " + e.why(), e);
    }
  }
}
