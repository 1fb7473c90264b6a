package io.salvor.engine.keys;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
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
 * Packs that this credential may not open. Where it was granted every epoch there are none, and no
 * pack is looked at; an epoch to which nothing is sealed, as all earlier ones after an erasure, may
 * be missing.
 */
final class SealedPacks {
  private record Pack(ObjectKind kind, ObjectId id) {}

  private final Storage storage;
  private final Set<ObjectId> lacking;
  private final Map<ObjectId, List<Pack>> bySegment = new TreeMap<>();

  SealedPacks(Storage storage, OpenedKeys keys) {
    this.storage = storage;
    this.lacking = new HashSet<>(keys.table().epochs().keySet());
    lacking.removeAll(keys.epochs());
    lacking.removeAll(keys.sensitiveEpochs());
  }

  /** Takes note of what a segment names. */
  void add(ObjectId segment, IndexSegment read) {
    if (lacking.isEmpty()) {
      return;
    }
    List<Pack> packs = new ArrayList<>();
    for (PackDescription pack : read.packs()) {
      packs.add(new Pack(PackDescription.kindOf(pack.kind()), pack.id()));
    }
    bySegment.put(segment, packs);
  }

  /**
   * Looks to which epochs they are sealed.
   *
   * @param superseded segments that count no more
   * @throws SalvorException EPOCH_NOT_GRANTED
   */
  void requireOpen(Set<ObjectId> superseded) throws IOException {
    bySegment.keySet().removeAll(superseded);
    for (List<Pack> packs : bySegment.values()) {
      for (Pack pack : packs) {
        requireOpen(pack);
      }
    }
  }

  private void requireOpen(Pack pack) throws IOException {
    ObjectName name = pack.kind.name(pack.id);
    try {
      byte[] header = storage.get(name, 0, KeyRing.headerSize(pack.kind));
      if (lacking.contains(KeyRing.epochOf(pack.kind, pack.id, header))) {
        throw new SalvorException(
            ErrorCode.EPOCH_NOT_GRANTED,
            "This credential does not open everything that is to stay",
            name + " is sealed to an epoch that was not granted to it",
            "Use one that opens them all, see `salvor key list`; what nobody needs goes with `salvor"
                + " prune`");
      }
    } catch (NoSuchFileException | EOFException e) {
      // Lost, or pruned: nobody opens it.
      return;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
    }
  }
}
