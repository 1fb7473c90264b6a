package io.salvor.engine.repair;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.copy.Condemned;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.copy.Transfer;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.SegmentRewrite;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.RepairPlan.Salvage;
import io.salvor.engine.repair.RepairPlan.Wanted;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does what a plan says, in an order in which every step only adds. */
final class RepairRun {
  private static final List<ObjectKind> ORDER =
      List.of(
          ObjectKind.INDEX_SEGMENT,
          ObjectKind.FACT,
          ObjectKind.MANIFEST,
          ObjectKind.LEDGER_ENTRY,
          ObjectKind.SESSION_OPEN,
          ObjectKind.CHECKPOINT,
          ObjectKind.SESSION_END,
          ObjectKind.REVOCATION,
          ObjectKind.CONDEMNATION);

  // Blobs of packs that are described at the same time.
  private static final long BATCH = 100_000;

  private final Repository repository;
  private final Other other;
  private final RepairPlan plan;
  private final String author;
  private final CopySession session;
  private final Progress progress;

  RepairRun(
      Repository repository,
      @Nullable Repository copy,
      RepairPlan plan,
      String author,
      CopySession session,
      Progress progress) {
    this.repository = repository;
    this.other = new Other(repository, copy);
    this.plan = plan;
    this.author = author;
    this.session = session;
    this.progress = progress;
  }

  void run() throws IOException {
    progress.phase("repair");
    Set<ObjectId> condemned = Condemned.in(repository);
    Set<ObjectId> mended = putBackPacks(condemned);
    List<ObjectName> objects = inOrder();
    putBack(objects, true);
    rebuild(condemned);
    Set<ObjectId> replaced = salvage(condemned);
    // Given up while it slept, what was written may have been condemned: nothing is taken away yet.
    session.requireAlive();
    if (!replaced.isEmpty()) {
      repository.index().refresh();
      int _ =
          new SegmentRewrite(repository.storage(), repository.keys(), repository.index(), progress)
              .replace(repository.index().segmentsNaming(replaced), replaced);
    }
    putBack(objects, false);
    ledger();
    repository.index().refresh();
    mended.addAll(replaced);
    try {
      repository.forgetDamage(mended);
    } catch (SalvorException e) {
      progress.warn(e.code().code(), "damage", "what was mended is not remembered: " + e.why());
    }
  }

  private Set<ObjectId> putBackPacks(Set<ObjectId> condemned) throws IOException {
    Set<ObjectId> mended = new HashSet<>();
    for (PackSummary pack : plan.packs()) {
      progress.current(pack.toString());
      if (!condemned.contains(pack.id()) && other.putBack(pack, progress)) {
        mended.add(pack.id());
        progress.advance(1, pack.size());
      }
    }
    return mended;
  }

  private List<ObjectName> inOrder() {
    List<ObjectName> names = new ArrayList<>();
    for (ObjectKind kind : ORDER) {
      plan.objects().stream()
          .filter(name -> kind.idIn(name).isPresent() && ObjectKind.of(name).orElseThrow() == kind)
          .forEach(names::add);
    }
    return names;
  }

  /** Segments before what was salvaged, for that leaves out what they name; the rest after it. */
  private void putBack(List<ObjectName> names, boolean segments) throws IOException {
    for (ObjectName name : names) {
      if (ObjectKind.INDEX_SEGMENT.idIn(name).isPresent() != segments) {
        continue;
      }
      progress.current(name.value());
      byte[] object = other.object(name).orElse(null);
      if (object != null) {
        Transfer.put(repository.storage(), name, object);
        progress.advance(1, object.length);
      }
    }
  }

  private void rebuild(Set<ObjectId> condemned) throws IOException {
    if (plan.rebuilt().isEmpty() && plan.believed().isEmpty()) {
      return;
    }
    SegmentWriter segments = new SegmentWriter(repository.storage(), repository.keys());
    List<PackDescription> batch = new ArrayList<>();
    long blobs = 0;
    for (PackSummary believed : plan.believed()) {
      progress.checkCancelled();
      if (!condemned.contains(believed.id())) {
        Optional<PackDescription> pack = Unnamed.described(repository, believed);
        pack.ifPresent(batch::add);
        blobs += pack.map(PackDescription::blobs).orElse(0L);
      }
      if (blobs >= BATCH) {
        name(batch, segments);
        batch.clear();
        blobs = 0;
      }
    }
    name(batch, segments);
    // Only then the broken ones lose what they may still mean to somebody who has read them.
    if (!plan.rebuilt().isEmpty()) {
      repository.index().adopt(segments.write(plan.rebuilt(), List.of()));
    }
  }

  private void name(List<PackDescription> packs, SegmentWriter segments) throws IOException {
    for (SegmentWriter.Written written : segments.write(packs)) {
      repository.index().adopt(written);
    }
  }

  /**
   * Stores anew what can be read of damaged packs, or be had from the copy.
   *
   * @return the packs that need not be named any more
   */
  private Set<ObjectId> salvage(Set<ObjectId> condemned) throws IOException {
    Set<ObjectId> damaged = new HashSet<>();
    for (Salvage salvage : plan.salvaged()) {
      damaged.add(salvage.pack());
    }
    damaged.removeAll(condemned);
    if (damaged.isEmpty() && plan.fetched().isEmpty()) {
      return damaged;
    }
    repository.index().refresh();
    Set<ObjectId> without = new HashSet<>(damaged);
    without.addAll(condemned);
    repository.index().leaveOut(without);
    try (Storing storing = new Storing(repository.newWriter())) {
      Set<ObjectId> done = new HashSet<>();
      Set<ObjectId> withheld = new HashSet<>();
      for (ObjectId segment : repository.index().segmentsNaming(damaged)) {
        for (PackDescription pack : Unnamed.segment(repository, segment).packs()) {
          if (damaged.contains(pack.id()) && done.add(pack.id()) && !store(pack, storing)) {
            withheld.add(pack.id());
          }
        }
      }
      for (ObjectId id : damaged) {
        Optional<ObjectInfo> there = repository.storage().find(ObjectKind.DATA_PACK.name(id));
        if (there.isPresent() && done.add(id)) {
          Optional<PackDescription> pack = Unnamed.byDirectory(repository, id, there.get().size());
          if (pack.isPresent() && !store(pack.get(), storing)) {
            withheld.add(id);
          }
        }
      }
      for (Wanted blob : plan.fetched()) {
        boolean _ = store(blob, storing);
      }
      storing.finish();
      plan.salvaged().stream().filter(Salvage::staysNamed).forEach(s -> done.remove(s.pack()));
      done.removeAll(withheld);
      return done;
    }
  }

  /** False if some of it was not given, but may be in order. */
  private boolean store(PackDescription pack, Storing storing) throws IOException {
    boolean known = true;
    for (FrameDescription frame : pack.frames()) {
      for (int i = 0; i < frame.blobs(); i++) {
        BlobId id = frame.id(i);
        if (!repository.index().contains(pack.kind(), id)) {
          known &= store(new Wanted(pack.kind(), id), storing);
        }
      }
    }
    return known;
  }

  /** False if the storage does not give it: only what was read, and is wrong, may be given up. */
  private boolean store(Wanted blob, Storing storing) throws IOException {
    progress.checkCancelled();
    try {
      byte[] content = other.get(blob.kind(), blob.id());
      storing.put(blob.kind(), content);
      progress.advance(1, content.length);
      return true;
    } catch (SalvorException e) {
      // Lost, as the plan says.
      if (!e.code().isDamage()) {
        throw e;
      }
      return e.code() != ErrorCode.OBJECT_UNREADABLE;
    }
  }

  private void ledger() throws IOException {
    if (plan.adopted().isEmpty() && plan.accepted().isEmpty() && plan.givenUp().isEmpty()) {
      return;
    }
    repository.ledger().refresh();
    List<String> removed = plan.accepted().stream().map(LedgerEntry.Added::object).toList();
    repository
        .ledger()
        .append(
            new LedgerChange(plan.adopted(), removed, List.of(), Set.copyOf(plan.givenUp())),
            repository.now(),
            author,
            repository.random());
  }
}
