package io.salvor.engine.copy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/** One copy from its plan to its report. */
final class CopyRun {
  private static final int LANES = 2;
  private static final int MOST_ROUNDS = 10;

  private final Repository from;
  private final Repository to;
  private final CopySession reading;
  private final CopySession writing;
  private final Progress progress;
  private final Set<ObjectName> failed = ConcurrentHashMap.newKeySet();
  private final Set<ObjectId> renewed = new HashSet<>();
  private final Set<ObjectId> mended = ConcurrentHashMap.newKeySet();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder packs = new LongAdder();
  private final LongAdder objects = new LongAdder();
  private long backups;

  CopyRun(
      Repository from, Repository to, CopySession reading, CopySession writing, Progress progress) {
    this.from = from;
    this.to = to;
    this.reading = reading;
    this.writing = writing;
    this.progress = progress;
  }

  CopyReport run() throws IOException, InterruptedException {
    progress.phase("plan");
    CopyPlan plan = CopyPlanner.plan(from, to, progress);
    long present = plan.present();
    progress.expect(plan.objects(), plan.bytes());
    progress.phase("copy");
    // What has been sent for a plan is all that its manifests need, for both sessions keep it.
    // Only if something was gone, removed or put elsewhere by a pruner, it is looked for again;
    // what was backed up since is for the next copy, or one beside busy writers never ends.
    for (int round = 1; !(data(plan) && seal(plan) && ledger(plan)); round++) {
      if (round == MOST_ROUNDS) {
        throw new SalvorException(
            ErrorCode.STORAGE_FAILED,
            "The copy does not become complete",
            "in each of " + MOST_ROUNDS + " rounds something was gone that had been there",
            "run it again when nobody prunes either repository");
      }
      plan = CopyPlanner.plan(from, to, progress);
    }
    writing.settle();
    forgetUnmissed();
    forgetDamage();
    return new CopyReport(
        backups,
        packs.sum(),
        objects.sum(),
        bytes.sum(),
        present,
        List.copyOf(new TreeSet<>(failed)));
  }

  /**
   * Packs that a pruner took away before they were sent; no segment may name them there. One that
   * is condemned and still there may be needed.
   */
  private Set<ObjectId> pruned() throws IOException {
    Set<ObjectId> pruned = new HashSet<>();
    failed.forEach(name -> ObjectKind.DATA_PACK.idIn(name).ifPresent(pruned::add));
    if (pruned.isEmpty()) {
      return pruned;
    }
    from.condemnations().refresh();
    pruned.retainAll(from.condemnations().packs());
    for (ObjectId id : List.copyOf(pruned)) {
      if (from.storage().find(ObjectKind.DATA_PACK.name(id)).isPresent()) {
        pruned.remove(id);
      }
    }
    return pruned;
  }

  /** Sends what needs the data; false if something of it was not there any more. */
  private boolean seal(CopyPlan plan) throws IOException {
    writing.requireAlive();
    int before = failed.size();
    small(plan.facts());
    writing.leave();
    for (ObjectName manifest : plan.manifests()) {
      backups += !failed.contains(manifest) && small(manifest) ? 1 : 0;
    }
    return failed.size() == before;
  }

  private boolean isDone(PackSummary pack) {
    return failed.contains(name(pack)) || mended.contains(pack.id());
  }

  /** Sends what manifests need; false if something of it was not there any more. */
  private boolean data(CopyPlan plan) throws IOException, InterruptedException {
    int before = failed.size();
    small(plan.keys());
    packs(plan.packs().stream().filter(pack -> !isDone(pack)).toList());
    Set<ObjectId> renew = new HashSet<>(plan.renewed());
    renew.removeAll(renewed);
    if (!renew.isEmpty()) {
      renew(renew);
    }
    Set<ObjectId> pruned = pruned();
    // Who condemns what is named later waits for this session, and copies what is needed.
    Set<ObjectId> without = new HashSet<>(plan.condemned());
    without.addAll(pruned);
    for (ObjectId id : plan.segments()) {
      if (!pruned.isEmpty() && read(id).packs().stream().anyMatch(p -> pruned.contains(p.id()))) {
        rewrite(id, without);
      } else {
        small(List.of(segment(id)));
      }
    }
    for (ObjectId id : plan.rewritten()) {
      if (!failed.contains(segment(id))) {
        rewrite(id, without);
      }
    }
    return failed.size() == before;
  }

  private void packs(List<PackSummary> wanted) throws IOException, InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            LANES, Thread.ofPlatform().daemon().name("salvor-copy-", 1).factory())) {
      try {
        for (PackSummary pack : wanted) {
          running.add(
              pool.submit(
                  () -> {
                    send(pack);
                    return null;
                  }));
        }
        for (Future<?> one : running) {
          one.get();
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        switch (e.getCause()) {
          case IOException io -> throw io;
          case RuntimeException runtime -> throw runtime;
          case Error error -> throw error;
          case null, default -> throw new IllegalStateException(e);
        }
      } catch (InterruptedException e) {
        pool.shutdownNow();
        throw e;
      }
    }
  }

  private void send(PackSummary pack) throws IOException {
    ObjectName name = name(pack);
    progress.current(name.value());
    if (Transfer.copy(from.storage(), to.storage(), name, pack.size(), pack.sha256(), progress)) {
      packs.increment();
      mended.add(pack.id());
      sent(pack.size());
    } else {
      failed.add(name);
    }
  }

  private void sent(long size) {
    objects.increment();
    bytes.add(size);
    progress.advance(1, size);
  }

  /** Stores what condemned packs have in others: from condemnation nothing returns. */
  private void renew(Set<ObjectId> condemned) throws IOException {
    Set<ObjectName> _ = to.leaveOutCondemnedPacks();
    try (BlobWriter writer = to.newWriter()) {
      for (ObjectId id : from.index().segments()) {
        for (PackDescription pack : read(id).packs()) {
          if (condemned.contains(pack.id()) && renewed.add(pack.id())) {
            renew(pack, writer);
          }
        }
      }
      for (SegmentWriter.Written segment : writer.writeSegments(writer.flush())) {
        segment.packs().forEach(pack -> sent(pack.size()));
      }
    }
    renewed.addAll(condemned);
  }

  private void renew(PackDescription pack, BlobWriter writer) throws IOException {
    for (FrameDescription frame : pack.frames()) {
      for (int i = 0; i < frame.blobs(); i++) {
        progress.checkCancelled();
        BlobId id = frame.id(i);
        if (to.index().contains(pack.kind(), id)) {
          continue;
        }
        try {
          byte[] blob = from.blobs().get(pack.kind(), id);
          writer.put(pack.kind(), blob, 0, blob.length);
        } catch (SalvorException e) {
          if (!e.code().isDamage()) {
            throw e;
          }
          failed.add(pack.name());
        }
      }
    }
  }

  /**
   * Says there what the segment says, but for packs that are condemned there or were pruned before
   * they were sent, and without standing for segments that are there and may say more.
   */
  private void rewrite(ObjectId id, Set<ObjectId> without) throws IOException {
    IndexSegment segment = read(id);
    List<PackDescription> alive =
        segment.packs().stream().filter(pack -> !without.contains(pack.id())).toList();
    if (alive.isEmpty()) {
      if (segment.packs().isEmpty()) {
        failed.add(segment(id));
      }
      return;
    }
    List<ObjectId> superseded = new ArrayList<>(List.of(id));
    for (ObjectId other : segment.superseded()) {
      if (to.storage().find(segment(other)).isEmpty()) {
        superseded.add(other);
      }
    }
    SegmentWriter.Written written =
        new SegmentWriter(to.storage(), to.keys()).write(superseded, alive);
    ObjectName name = segment(written.id());
    sent(to.storage().find(name).map(ObjectInfo::size).orElse(0L));
  }

  /** A segment, or one without packs if it is gone or damaged. */
  private IndexSegment read(ObjectId id) throws IOException {
    try {
      return IndexSegment.read(from.storage(), from.keys(), id);
    } catch (NoSuchFileException e) {
      return new IndexSegment(List.of(), List.of());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return new IndexSegment(List.of(), List.of());
    }
  }

  private void small(List<ObjectName> names) throws IOException {
    for (ObjectName name : names) {
      if (!failed.contains(name)) {
        boolean _ = small(name);
      }
    }
  }

  /** Sends one small object; false if it is not what was written. */
  private boolean small(ObjectName name) throws IOException {
    progress.checkCancelled();
    progress.current(name.value());
    byte[] object;
    try {
      object = from.storage().get(name);
      check(name, object);
    } catch (NoSuchFileException e) {
      return lost(name);
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return lost(name);
    }
    Transfer.put(to.storage(), name, object);
    sent(object.length);
    return true;
  }

  private boolean lost(ObjectName name) {
    failed.add(name);
    return false;
  }

  /** Reads it as whoever uses it will, but for newer versions, of which only the checksum tells. */
  private void check(ObjectName name, byte[] object) {
    KeyRing.checkPlain(name, object);
    ObjectKind kind = ObjectKind.of(name).orElseThrow();
    if (kind.keyClass() != ObjectKind.KeyClass.PLAIN) {
      try {
        byte[] _ = from.keys().openSmall(kind, kind.idIn(name).orElseThrow(), object);
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.FORMAT_NEWER) {
          throw e;
        }
      }
    }
  }

  /** What went away because it was removed, merged or pruned is not missed. */
  private void forgetUnmissed() throws IOException {
    if (failed.isEmpty()) {
      return;
    }
    Set<ObjectId> packs = new HashSet<>();
    from.index().packs(pack -> packs.add(pack.id()));
    // A pruner first takes away what nobody needs, and then names what is left without it.
    packs.removeAll(pruned());
    Set<ObjectId> segments = Set.copyOf(from.index().segments());
    Set<String> removed = from.ledger().removed();
    failed.removeIf(
        name -> ObjectKind.LEDGER_ENTRY.idIn(name).filter(from.ledger()::covers).isPresent());
    failed.removeIf(name -> removed.contains(name.value()) || !isNamed(name, packs, segments));
  }

  private static boolean isNamed(ObjectName name, Set<ObjectId> packs, Set<ObjectId> segments) {
    ObjectKind kind = ObjectKind.of(name).orElseThrow();
    ObjectId id = kind.idIn(name).orElseThrow();
    return switch (kind) {
      case INDEX_SEGMENT -> segments.contains(id);
      case DATA_PACK -> packs.contains(id);
      default -> true;
    };
  }

  /** Sends the entries; false if one was summed up meanwhile: then its summary has to come. */
  private boolean ledger(CopyPlan plan) throws IOException {
    // Given up meanwhile, packs that these backups need may be condemned.
    writing.requireAlive();
    reading.requireAlive();
    int before = failed.size();
    if (!plan.removed().isEmpty()) {
      to.ledger()
          .append(
              LedgerChange.removing(plan.removed()),
              to.now(),
              "copy by " + to.software(),
              to.random());
    }
    small(plan.entries());
    to.ledger().refresh();
    to.ledger().remember();
    return failed.size() == before;
  }

  private void forgetDamage() {
    try {
      to.forgetDamage(mended);
    } catch (SalvorException e) {
      progress.warn(e.code().code(), "damage", "what was mended is not remembered: " + e.why());
    }
  }

  private static ObjectName segment(ObjectId id) {
    return ObjectKind.INDEX_SEGMENT.name(id);
  }

  private static ObjectName name(PackSummary pack) {
    return PackDescription.kindOf(pack.kind()).name(pack.id());
  }
}
