package io.salvor.engine.copy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.writer.Intake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends what backups need: keys, packs, and the segments that name them. */
final class DataTransfer {
  private static final int LANES = 2;

  /** So much is stored anew before segments name it, as a backup does between checkpoints. */
  private static final long FLUSH = 256L << 20;

  private final Repository from;
  private final Repository to;
  private final Sender sender;
  private final Progress progress;
  private final Set<ObjectId> renewed = new HashSet<>();
  private boolean tookIn;

  DataTransfer(Repository from, Repository to, Sender sender, Progress progress) {
    this.from = from;
    this.to = to;
    this.sender = sender;
    this.progress = progress;
  }

  /**
   * Sends what a plan has; false if something of it was not there any more, or is elsewhere now.
   */
  boolean run(CopyPlan plan) throws IOException, InterruptedException {
    int before = sender.failures();
    if (!plan.waiting().isEmpty() && takeIn(plan.waiting())) {
      return false;
    }
    sender.small(plan.keys());
    packs(plan.packs().stream().filter(pack -> !sender.isDone(pack)).toList());
    Set<ObjectId> renew = new HashSet<>(plan.renewed());
    renew.removeAll(renewed);
    if (!renew.isEmpty()) {
      renew(renew);
    }
    Set<ObjectId> pruned = sender.pruned();
    // Who condemns what is named later waits for this session, and copies what is needed.
    Set<ObjectId> without = new HashSet<>(plan.condemned());
    without.addAll(pruned);
    for (ObjectId id : plan.segments()) {
      if (!pruned.isEmpty()
          && sender.read(id).packs().stream().anyMatch(p -> pruned.contains(p.id()))) {
        rewrite(id, without);
      } else {
        sender.small(List.of(Sender.segment(id)));
      }
    }
    for (ObjectId id : plan.rewritten()) {
      if (!sender.hasFailed(Sender.segment(id))) {
        rewrite(id, without);
      }
    }
    return sender.failures() == before;
  }

  /**
   * From condemnation nothing returns: what a client has stored, and waits, can be stored anew
   * there only when a key holder has read it back.
   *
   * @return whether that was done, so that everything is in other places than planned
   */
  private boolean takeIn(List<ObjectId> waiting) throws IOException {
    if (!tookIn) {
      tookIn = true;
      try {
        Intake.Report report = Intake.run(from, progress);
        report.refused().forEach(r -> progress.warn("refused", r.object().value(), r.why()));
        return true;
      } catch (SalvorException e) {
        switch (e.code()) {
          case STORAGE_READ_ONLY, STORAGE_DENIED, STORAGE_FULL ->
              progress.warn(
                  e.code().code(),
                  from.storage().address(),
                  "what write-only clients have stored cannot be taken in here, and not copied"
                      + " before: "
                      + e.why());
          default -> throw e;
        }
      }
    }
    waiting.forEach(sender::leave);
    return false;
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
                    sender.pack(pack);
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

  /** Stores what condemned packs have in others: from condemnation nothing returns. */
  private void renew(Set<ObjectId> condemned) throws IOException {
    Set<ObjectName> _ = to.leaveOutCondemnedPacks();
    try (BlobWriter writer = to.newWriter()) {
      long flushed = 0;
      for (ObjectId id : from.index().segments()) {
        for (PackDescription pack : sender.read(id).packs()) {
          if (condemned.contains(pack.id()) && renewed.add(pack.id())) {
            renew(pack, writer);
          }
          if (writer.statistics().stored() - flushed > FLUSH) {
            flush(writer);
            flushed = writer.statistics().stored();
          }
        }
      }
      flush(writer);
    }
    renewed.addAll(condemned);
  }

  private void flush(BlobWriter writer) throws IOException {
    for (SegmentWriter.Written segment : writer.writeSegments(writer.flush())) {
      segment.packs().forEach(pack -> sender.sent(pack.size()));
    }
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
          sender.fail(pack.name());
        }
      }
    }
  }

  /**
   * Says there what the segment says, but for packs that are condemned there or were pruned before
   * they were sent, and without standing for segments that are there and may say more.
   */
  private void rewrite(ObjectId id, Set<ObjectId> without) throws IOException {
    IndexSegment segment = sender.read(id);
    List<PackDescription> alive =
        segment.packs().stream().filter(pack -> !without.contains(pack.id())).toList();
    if (segment.packs().isEmpty() && segment.superseded().isEmpty()) {
      sender.fail(Sender.segment(id));
      return;
    }
    List<ObjectId> superseded = new ArrayList<>(List.of(id));
    for (ObjectId other : segment.superseded()) {
      if (to.storage().find(Sender.segment(other)).isEmpty()) {
        superseded.add(other);
      }
    }
    SegmentWriter.Written written =
        new SegmentWriter(to.storage(), to.keys()).write(superseded, alive);
    ObjectName name = Sender.segment(written.id());
    sender.sent(to.storage().find(name).map(ObjectInfo::size).orElse(0L));
  }
}
