package io.salvor.engine.reencrypt;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.pack.PackRewriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Packs that were written anew already: by this run, whose work comes back where somebody has
 * merged what named the old ones; or by a run that died. A twin has the same frames as the old
 * pack, so that whoever condemns one of the two condemns both.
 */
final class Twins {
  private final Repository repository;
  private final PackRewriter packs;
  private final Progress progress;
  private final Map<ObjectId, ObjectId> own = new HashMap<>();
  private Map<ObjectId, PackSummary> named = new HashMap<>();

  Twins(Repository repository, PackRewriter packs, Progress progress) {
    this.repository = repository;
    this.packs = packs;
    this.progress = progress;
  }

  /** To be called when the index was read again. */
  void refresh() {
    named = new HashMap<>();
    repository.index().packs(pack -> named.put(pack.id(), pack));
  }

  /** This run has written one pack anew as another. */
  void remember(ObjectId old, ObjectId twin) {
    own.put(old, twin);
  }

  /** Whether this run knows a twin of it, so that it is sealed to an earlier epoch. */
  boolean isOld(ObjectId pack) {
    return own.containsKey(pack);
  }

  /** The twin that the index names, and nobody has condemned by what was read of that last. */
  Optional<PackDescription> of(PackDescription old, ObjectId wanted) throws IOException {
    @Nullable PackSummary before = named.get(own.getOrDefault(old.id(), old.id()));
    if (before != null && !before.id().equals(old.id()) && !isCondemned(before.id())) {
      return Optional.of(described(before, old));
    }
    for (ObjectId candidate : alike(old)) {
      @Nullable PackSummary twin = named.get(candidate);
      if (twin != null
          && twin.size() == old.size()
          && isSealedTo(twin, wanted)
          && !isCondemned(candidate)
          && isWhole(described(twin, old))) {
        remember(old.id(), candidate);
        return Optional.of(described(twin, old));
      }
    }
    return Optional.empty();
  }

  private static PackDescription described(PackSummary twin, PackDescription old) {
    return new PackDescription(twin.id(), twin.sha256(), twin.size(), old.kind(), old.frames());
  }

  /** Other packs that have every blob where this one has it, as the index tells. */
  private Set<ObjectId> alike(PackDescription old) {
    Set<ObjectId> alike = new TreeSet<>();
    List<FrameDescription> frames = old.frames();
    for (int frame = 0; frame < frames.size(); frame++) {
      for (int blob = 0; blob < frames.get(frame).blobs(); blob++) {
        Set<ObjectId> places = alike(old, frame, frames.get(frame).id(blob));
        if (frame == 0 && blob == 0) {
          alike.addAll(places);
        } else {
          alike.retainAll(places);
        }
        if (alike.isEmpty()) {
          return alike;
        }
      }
    }
    return alike;
  }

  private Set<ObjectId> alike(PackDescription old, int frame, BlobId blob) {
    List<BlobLocation> places = repository.index().locations(old.kind(), blob);
    Set<ObjectId> alike = new TreeSet<>();
    for (BlobLocation here : places) {
      if (here.pack().equals(old.id()) && here.frame() == frame) {
        for (BlobLocation other : places) {
          if (!other.pack().equals(old.id()) && other.equals(here.in(other.pack()))) {
            alike.add(other.pack());
          }
        }
      }
    }
    return alike;
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

  private boolean isCondemned(ObjectId pack) {
    return repository.condemnations().packs().contains(pack);
  }
}
