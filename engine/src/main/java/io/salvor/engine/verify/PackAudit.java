package io.salvor.engine.verify;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.pack.PackReport;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds the packs that are there against the index: by name and size, and those that are asked for
 * byte by byte. Afterwards it knows which blobs can be used.
 */
final class PackAudit {
  private static final String REMEDY =
      "`salvor backup --type full` stores again what the source still has";

  private final Repository repository;
  private final Findings findings;
  private final Progress progress;
  private final Map<ObjectId, Long> present = new HashMap<>();
  private final Set<ObjectId> badPacks = ConcurrentHashMap.newKeySet();
  private final Map<BlobId, Set<ObjectId>> badBlobs = new ConcurrentHashMap<>();
  private final LongAdder blobs = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  PackAudit(Repository repository, Findings findings, Progress progress) {
    this.repository = repository;
    this.findings = findings;
    this.progress = progress;
  }

  long blobs() {
    return blobs.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  /** Compares names and sizes. */
  void structure() throws IOException {
    repository
        .storage()
        .list(
            ObjectKind.DATA_PACK.prefix(),
            info ->
                ObjectKind.DATA_PACK
                    .idIn(info.name())
                    .ifPresent(id -> present.put(id, info.size())));
    Set<ObjectId> named = new HashSet<>();
    repository.index().packs(pack -> named.add(checkPresent(pack)));
    long unnamed = present.keySet().stream().filter(id -> !named.contains(id)).count();
    if (unnamed > 0) {
      findings.notice(
          "packs/",
          unnamed + " packs are named by no index segment: a backup was interrupted, or is running",
          "nothing needs to be done");
    }
  }

  /** Reads the packs that {@code chosen} takes byte by byte. */
  void read(Predicate<ObjectId> chosen) throws IOException, InterruptedException {
    Set<ObjectId> seen = ConcurrentHashMap.newKeySet();
    int threads = Runtime.getRuntime().availableProcessors();
    Semaphore room = new Semaphore(2 * threads);
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      try {
        repository
            .index()
            .descriptions(
                pack -> {
                  if (!badPacks.contains(pack.id())
                      && chosen.test(pack.id())
                      && seen.add(pack.id())) {
                    room.acquireUninterruptibly();
                    running.removeIf(PackAudit::isDoneWell);
                    running.add(pool.submit(() -> check(pack, room)));
                  }
                });
        for (Future<?> task : running) {
          task.get();
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        throw rethrown(e.getCause());
      } catch (RuntimeException | IOException e) {
        pool.shutdownNow();
        throw e;
      }
    }
  }

  /** Whether some pack has the blob, as far as it has been looked at. */
  boolean isUsable(BlobKind kind, BlobId id) {
    Set<ObjectId> bad = badBlobs.getOrDefault(id, Set.of());
    for (BlobLocation location : repository.index().locations(kind, id)) {
      if (!badPacks.contains(location.pack()) && !bad.contains(location.pack())) {
        return true;
      }
    }
    return false;
  }

  private ObjectId checkPresent(PackSummary pack) {
    Long size = present.get(pack.id());
    String name = ObjectKind.DATA_PACK.name(pack.id()).value();
    if (size == null) {
      badPacks.add(pack.id());
      findings.damage(name, "the pack is gone", REMEDY);
    } else if (size != pack.size()) {
      badPacks.add(pack.id());
      findings.damage(name, "the pack has " + size + " bytes instead of " + pack.size(), REMEDY);
    }
    return pack.id();
  }

  private void check(PackDescription pack, Semaphore room) {
    try {
      progress.checkCancelled();
      PackReport report =
          new PackReader(repository.storage(), repository.keys()).verify(pack, progress);
      blobs.add(report.blobs());
      bytes.add(report.stored());
      for (PackReport.Damage damage : report.damage()) {
        findings.damage(pack.name().value(), damage.what(), REMEDY);
        for (BlobId blob : damage.blobs()) {
          badBlobs.computeIfAbsent(blob, b -> ConcurrentHashMap.newKeySet()).add(pack.id());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      room.release();
    }
  }

  /** Finished tasks are let go of, but not those that failed. */
  private static boolean isDoneWell(Future<?> task) {
    return task.isDone() && task.state() == Future.State.SUCCESS;
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) throws IOException {
    if (cause instanceof UncheckedIOException io) {
      throw io.getCause();
    }
    if (cause instanceof RuntimeException e) {
      return e;
    }
    return new IllegalStateException(cause);
  }
}
