package io.salvor.engine.repair;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.repair.RepairPlan.Left;
import io.salvor.engine.repair.RepairPlan.Salvage;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.PackAudit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** What becomes of the blobs of packs that are damaged and that the copy does not have whole. */
final class Salvages {
  private final Repository repository;
  private final Other other;
  private final Unnamed unnamed;
  private final PackAudit read;
  private final BiPredicate<BlobId, ObjectId> sound;
  private final Set<ObjectId> damaged;

  /**
   * For these packs.
   *
   * @param read what was found when every pack was read
   * @param sound whether a pack has a blob, or will have it when it has been put back
   */
  Salvages(
      Repository repository,
      Other other,
      Unnamed unnamed,
      PackAudit read,
      BiPredicate<BlobId, ObjectId> sound,
      Set<ObjectId> damaged) {
    this.repository = repository;
    this.other = other;
    this.unnamed = unnamed;
    this.read = read;
    this.sound = sound;
    this.damaged = damaged;
  }

  /**
   * Plans.
   *
   * @param left gets what cannot be mended
   */
  List<Salvage> plan(boolean acceptLoss, List<Left> left) throws IOException {
    Map<ObjectId, Salvage> salvaged = count();
    for (Salvage pack : List.copyOf(salvaged.values())) {
      ObjectName name = ObjectKind.DATA_PACK.name(pack.pack());
      if (pack.lost() > 0 && read.withheld().contains(pack.pack())) {
        // Nobody knows yet that it is lost, so that nobody can accept it either.
        salvaged.put(pack.pack(), pack.named());
        left.add(
            new Left(
                name.value(),
                "the storage does not give the whole pack, and "
                    + Counted.of(pack.lost(), "blob of it is", "blobs of it are")
                    + " nowhere else",
                SmallObjects.WITHHELD));
      } else if (pack.lost() > 0 && !acceptLoss && repository.storage().find(name).isEmpty()) {
        // It stays named, so that whoever finds it can put it back.
        salvaged.put(pack.pack(), pack.named());
        left.add(
            new Left(
                name.value(),
                "the pack is gone, and with it "
                    + Counted.of(pack.lost(), "blob", "blobs")
                    + " that nothing else has",
                "put it back from a copy, with --from; a backup stores again what its source still"
                    + " has; --accept-loss gives it up"));
      }
    }
    return List.copyOf(salvaged.values());
  }

  private Map<ObjectId, Salvage> count() throws IOException {
    Map<ObjectId, Salvage> salvaged = new TreeMap<>();
    unnamed.each(
        damaged::contains,
        pack -> {
          Salvage salvage = count(pack);
          if (salvage.kept() > 0 || salvage.fetched() > 0) {
            salvaged.put(pack.id(), salvage);
          }
        });
    for (ObjectId segment : repository.index().segmentsNaming(damaged)) {
      for (PackDescription pack : Unnamed.segment(repository, segment).packs()) {
        if (damaged.contains(pack.id()) && !salvaged.containsKey(pack.id())) {
          salvaged.put(pack.id(), count(pack));
        }
      }
    }
    return salvaged;
  }

  private Salvage count(PackDescription pack) throws IOException {
    long spare = 0;
    long kept = 0;
    long brought = 0;
    long lost = 0;
    for (FrameDescription frame : pack.frames()) {
      for (int i = 0; i < frame.blobs(); i++) {
        BlobId id = frame.id(i);
        List<BlobLocation> places = repository.index().locations(pack.kind(), id);
        if (places.stream()
            .anyMatch(p -> !damaged.contains(p.pack()) && sound.test(id, p.pack()))) {
          spare++;
        } else if (places.stream().anyMatch(p -> read.isReadable(id, p.pack()))) {
          kept++;
        } else if (other.copyHas(pack.kind(), id)) {
          brought++;
        } else {
          lost++;
        }
      }
    }
    return new Salvage(pack.id(), spare, kept, brought, lost, false);
  }
}
