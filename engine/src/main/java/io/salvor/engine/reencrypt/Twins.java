package io.salvor.engine.reencrypt;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.pack.PackRewriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Packs that were written anew already, by a run that died, or whose segment was merged. */
final class Twins {
  private final Repository repository;
  private final PackRewriter packs;
  private final Progress progress;
  private @Nullable ObjectId lastRead;
  private Map<ObjectId, PackDescription> lastPacks = Map.of();

  Twins(Repository repository, PackRewriter packs, Progress progress) {
    this.repository = repository;
    this.packs = packs;
    this.progress = progress;
  }

  /**
   * What a run has written that died before the old one lost its names, or whose segment somebody
   * has merged. It has the same frames, so that whoever condemns one of the two condemns both.
   */
  Optional<PackDescription> of(PackDescription old, ObjectId wanted) throws IOException {
    for (ObjectId candidate : alike(old)) {
      if (!isSealedTo(new PackSummary(candidate, old.sha256(), old.size(), old.kind()), wanted)) {
        continue;
      }
      for (ObjectId segment : repository.index().segmentsNaming(Set.of(candidate))) {
        PackDescription other = packsOf(segment).get(candidate);
        if (other != null
            && other.frames().equals(old.frames())
            && !isCondemned(other)
            && isWhole(other)) {
          return Optional.of(other);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Other packs that have the first blob of the first frame and of the last one where this has
   * them: the index tells, without a segment being read.
   */
  private Set<ObjectId> alike(PackDescription old) {
    Set<ObjectId> alike = placesAlike(old, 0);
    if (!alike.isEmpty()) {
      alike.retainAll(placesAlike(old, old.frames().size() - 1));
    }
    return alike;
  }

  private Set<ObjectId> placesAlike(PackDescription old, int frame) {
    List<BlobLocation> places =
        repository.index().locations(old.kind(), old.frames().get(frame).id(0));
    Set<ObjectId> alike = new TreeSet<>();
    for (BlobLocation own : places) {
      if (own.pack().equals(old.id()) && own.frame() == frame) {
        for (BlobLocation other : places) {
          if (!other.pack().equals(old.id()) && other.equals(own.in(other.pack()))) {
            alike.add(other.pack());
          }
        }
      }
    }
    return alike;
  }

  /** Twins come in the order of their segment: so the one that was read last is kept. */
  private Map<ObjectId, PackDescription> packsOf(ObjectId segment) throws IOException {
    if (!segment.equals(lastRead)) {
      lastPacks = new HashMap<>();
      lastRead = segment;
      for (PackDescription pack : named(segment)) {
        lastPacks.put(pack.id(), pack);
      }
    }
    return lastPacks;
  }

  private boolean isSealedTo(PackSummary pack, ObjectId wanted) throws IOException {
    return tolerant(() -> packs.epochOf(pack).equals(wanted));
  }

  private boolean isWhole(PackDescription pack) throws IOException {
    return tolerant(() -> packs.isWhole(pack, progress));
  }

  private interface Look {
    boolean look() throws IOException;
  }

  /** What is damaged is not what was looked for. */
  private static boolean tolerant(Look look) throws IOException {
    try {
      return look.look();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return false;
    }
  }

  private List<PackDescription> named(ObjectId segment) throws IOException {
    try {
      return IndexSegment.read(repository.storage(), repository.keys(), segment).packs();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private boolean isCondemned(PackDescription pack) throws IOException {
    repository.condemnations().refresh();
    return repository.condemnations().packs().contains(pack.id());
  }
}
