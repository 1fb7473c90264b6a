package io.salvor.engine.repository;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.protocol.Condemnations;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which packs nobody should rely on, which were found sound, and what this machine remembers of
 * both. Safe for several threads.
 */
final class PackDoubts {
  private final BlobIndex index;
  private final LocalPlaces places;
  private final InstantSource clock;
  // Packs that are lost, damaged or in doubt, and those that somebody has condemned.
  private final Set<ObjectId> leftOut = new HashSet<>();
  private final Set<ObjectId> condemned = new HashSet<>();

  PackDoubts(BlobIndex index, LocalPlaces places, InstantSource clock) {
    this.index = index;
    this.places = places;
    this.clock = clock;
  }

  /**
   * Reads the condemnations, and has the index leave out what they name: who writes must not rely
   * on it. Where one cannot be read, nothing is relied on.
   *
   * @return condemnations that cannot be read
   * @throws SalvorException FORMAT_NEWER if a newer version has written one
   */
  Set<ObjectName> leaveOutCondemned(Condemnations condemnations) throws IOException {
    condemnations.refresh();
    Set<ObjectId> packs = condemnations.packs();
    if (!condemnations.damaged().isEmpty()) {
      index.packs(pack -> packs.add(pack.id()));
    }
    synchronized (leftOut) {
      condemned.clear();
      condemned.addAll(packs);
      leaveOut();
    }
    return condemnations.damaged();
  }

  private void leaveOut() {
    Set<ObjectId> all = new HashSet<>(leftOut);
    all.addAll(condemned);
    index.leaveOut(all);
  }

  /**
   * Remembers on this machine which packs are damaged, for the next backup to store again what it
   * has of them.
   *
   * @param all whether every pack was looked at, so that no other is
   * @throws SalvorException LOCAL_STATE
   */
  void remember(Set<ObjectId> packs, boolean all) {
    Set<ObjectId> damaged = new LinkedHashSet<>(packs);
    if (!all) {
      damaged.addAll(places.damagedPacks());
    }
    places.damagedPacks(damaged);
  }

  /** Packs of which this machine has read every byte in this place since then, and found sound. */
  Set<ObjectId> verifiedSince(Instant time) {
    Instant now = clock.instant();
    Set<ObjectId> packs = new HashSet<>();
    places
        .verifiedPacks()
        .forEach(
            (pack, when) -> {
              // What a wrong clock has dated ahead does not count.
              if (!when.isBefore(time) && !when.isAfter(now)) {
                packs.add(pack);
              }
            });
    packs.removeAll(places.damagedPacks());
    return packs;
  }

  /**
   * Remembers that these packs were read back just now and found sound.
   *
   * @throws SalvorException LOCAL_STATE
   */
  void rememberVerified(Set<ObjectId> packs) {
    if (packs.isEmpty()) {
      return;
    }
    Map<ObjectId, Instant> verified = places.verifiedPacks();
    Set<ObjectId> named = new HashSet<>();
    index.packs(pack -> named.add(pack.id()));
    verified.keySet().retainAll(named);
    Instant now = clock.instant();
    packs.forEach(pack -> verified.put(pack, now));
    places.verifiedPacks(verified);
  }

  /** Packs that a verification on this machine has found damaged. */
  Set<ObjectId> known() {
    return places.damagedPacks();
  }

  /**
   * Forgets that these packs are damaged, for they were put back.
   *
   * @throws SalvorException LOCAL_STATE
   */
  void forget(Set<ObjectId> packs) {
    Set<ObjectId> damaged = new LinkedHashSet<>(places.damagedPacks());
    damaged.removeAll(packs);
    places.damagedPacks(damaged);
    synchronized (leftOut) {
      leftOut.removeAll(packs);
      leaveOut();
    }
  }

  /**
   * Looks which of the index's packs are not there, not of their length, or known to be damaged,
   * and has the index leave them out: who writes must not rely on them. One list of packs.
   *
   * @return how many there are
   */
  int leaveOutLost(Storage storage) throws IOException {
    Map<ObjectId, Long> expected = new HashMap<>();
    index.packs(pack -> expected.put(pack.id(), pack.size()));
    Set<ObjectId> lost = new HashSet<>(places.damagedPacks());
    lost.retainAll(expected.keySet());
    storage.list(
        ObjectKind.DATA_PACK.prefix(),
        info ->
            ObjectKind.DATA_PACK
                .idIn(info.name())
                .ifPresent(id -> expected.remove(id, info.size())));
    lost.addAll(expected.keySet());
    synchronized (leftOut) {
      // What was condemned may go at any time.
      lost.removeAll(condemned);
      leftOut.clear();
      leftOut.addAll(lost);
      leaveOut();
    }
    return lost.size();
  }

  /** A blob cannot be read: whatever packs have it, nobody should rely on them. */
  void leaveOut(BlobKind kind, BlobId id) {
    synchronized (leftOut) {
      index.locations(kind, id).forEach(place -> leftOut.add(place.pack()));
      leaveOut();
    }
  }
}
