package io.salvor.engine.verify;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.BlobSet;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.pack.PackReport;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.OneObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Holds the packs that are there against the index: by name and size, and those that are chosen
 * byte by byte. Afterwards it knows which blobs can be used.
 */
public final class PackAudit {
  private final Repository repository;
  private final Findings findings;
  private final Progress progress;
  private final Map<ObjectId, Long> named = new HashMap<>();
  private final Map<ObjectId, List<String>> damage = new ConcurrentSkipListMap<>();
  private final Set<ObjectId> badPacks = ConcurrentHashMap.newKeySet();
  private final Set<ObjectId> withheld = ConcurrentHashMap.newKeySet();
  private final BlobSet badBlobs;
  private final Set<ObjectId> chosenPacks = new HashSet<>();
  private final LongAdder blobs = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder closed = new LongAdder();

  /** An audit of the packs that the index names. */
  public PackAudit(Repository repository, Findings findings, Progress progress) {
    this.repository = repository;
    this.findings = findings;
    this.progress = progress;
    this.badBlobs = new BlobSet(repository.index());
  }

  long blobs() {
    return blobs.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  /** Packs of which every byte was read and found in order. */
  Set<ObjectId> sound() {
    Set<ObjectId> sound = new HashSet<>(chosenPacks);
    sound.removeAll(badPacks);
    sound.removeAll(damage.keySet());
    return sound;
  }

  /** Packs in which damage was found. */
  public Set<ObjectId> damaged() {
    return Set.copyOf(damage.keySet());
  }

  /**
   * Packs of which the storage did not give everything: what is missing of them may be in order.
   */
  public Set<ObjectId> withheld() {
    return Set.copyOf(withheld);
  }

  /** Compares names and sizes. */
  public void structure() throws IOException {
    repository.index().packs(pack -> named.put(pack.id(), pack.size()));
    Set<ObjectId> there = new HashSet<>();
    long[] unnamed = new long[1];
    repository
        .storage()
        .list(
            ObjectKind.DATA_PACK.prefix(),
            info ->
                ObjectKind.DATA_PACK
                    .idIn(info.name())
                    .ifPresent(
                        id -> {
                          Long size = named.get(id);
                          if (size == null) {
                            unnamed[0]++;
                          } else {
                            there.add(id);
                            checkSize(id, size, info.size());
                          }
                        }));
    for (ObjectId id : named.keySet()) {
      if (!there.contains(id)) {
        badPacks.add(id);
        damage(id, "the pack is gone");
      }
    }
    if (unnamed[0] > 0) {
      findings.notice(
          "packs/",
          Counted.of(unnamed[0], "pack is", "packs are")
              + " named by no index segment: a backup was interrupted, or is running",
          "nothing needs to be done");
    }
  }

  private void checkSize(ObjectId id, long expected, long size) {
    if (size != expected) {
      badPacks.add(id);
      damage(id, "the pack has " + size + " bytes instead of " + expected);
    }
  }

  /** Packs that the index names. */
  Set<ObjectId> named() {
    return Set.copyOf(named.keySet());
  }

  /**
   * A random choice of packs, one at least if there is any.
   *
   * @param share 0 to 1
   */
  Set<ObjectId> sample(Set<ObjectId> from, double share) {
    List<ObjectId> packs = new ArrayList<>(from);
    packs.removeAll(badPacks);
    if (packs.isEmpty()) {
      return Set.of();
    }
    Collections.shuffle(packs, repository.random());
    int count = (int) Math.min(packs.size(), Math.max(1, Math.ceil(share * packs.size())));
    return Set.copyOf(packs.subList(0, count));
  }

  /** Reads these packs byte by byte. */
  void read(Set<ObjectId> chosen) throws IOException, InterruptedException {
    Set<ObjectId> left = new HashSet<>(chosen);
    left.removeAll(badPacks);
    chosenPacks.addAll(left);
    readAll(left);
  }

  /** Reads every pack, whatever is left of it. */
  public void readEverything() throws IOException, InterruptedException {
    readAll(new HashSet<>(named.keySet()));
  }

  /** To be called when the index was made to name more packs. */
  public void renew() {
    badBlobs.renew();
  }

  /** Reads a pack that no segment names, as this description has it. */
  public void read(PackDescription pack) throws IOException {
    try {
      check(pack, new Semaphore(0));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether the blob could be read from this pack when all of it was read. */
  public boolean isReadable(BlobId id, ObjectId pack) {
    return !badBlobs.containsIn(pack, id);
  }

  private void readAll(Set<ObjectId> left) throws IOException, InterruptedException {
    progress.expect(0, left.stream().mapToLong(id -> named.getOrDefault(id, 0L)).sum());
    int threads = Runtime.getRuntime().availableProcessors();
    Semaphore room = new Semaphore(2 * threads);
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      try {
        for (ObjectId segment : repository.index().segments()) {
          for (PackDescription pack : packsOf(segment)) {
            if (left.remove(pack.id())) {
              progress.checkCancelled();
              room.acquire();
              running.removeIf(PackAudit::isDoneWell);
              running.add(pool.submit(() -> check(pack, room)));
            }
          }
        }
        for (Future<?> task : running) {
          task.get();
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        throw rethrown(e.getCause());
      } catch (RuntimeException | IOException | InterruptedException e) {
        pool.shutdownNow();
        throw e;
      }
    }
  }

  /** The packs of a segment; none of one that cannot be read, which is told elsewhere. */
  private List<PackDescription> packsOf(ObjectId segment) throws IOException {
    try {
      return IndexSegment.read(repository.storage(), repository.keys(), segment).packs();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | SalvorException e) {
      boolean damage = e instanceof SalvorException known && known.code().isDamage();
      if (!damage && OneObject.unreadable(e).isEmpty()) {
        throw e;
      }
      return List.of();
    }
  }

  /**
   * Tells what was found: damage, unless other packs have everything that a damaged one has, as
   * they do after a backup has stored it again.
   */
  void conclude() throws IOException {
    if (closed.sum() > 0) {
      findings.notice(
          "packs/",
          closed.sum()
              + " packs with sensitive content were held against their hashes only: this credential"
              + " does not open them",
          "verify with one that does, if the hashes are not enough");
    }
    if (damage.isEmpty()) {
      return;
    }
    passOverPruned();
    Set<ObjectId> spare = new HashSet<>();
    for (ObjectId segment : repository.index().segments()) {
      for (PackDescription pack : packsOf(segment)) {
        if (damage.containsKey(pack.id()) && isSpare(pack)) {
          spare.add(pack.id());
        }
      }
    }
    String remedy =
        Remedies.of(repository)
            .mend("then `salvor backup --type full` stores again what the source still has");
    damage.forEach(
        (id, found) -> {
          String name = ObjectKind.DATA_PACK.name(id).value();
          for (String what : found) {
            if (spare.contains(id)) {
              findings.notice(name, what + "; other packs have all that it had", "nothing is lost");
            } else {
              findings.elsewhere(name, what, remedy);
            }
          }
        });
  }

  /** A pack that was condemned may go at any time: what is needed of it has been copied. */
  private void passOverPruned() throws IOException {
    repository.condemnations().refresh();
    Set<ObjectId> condemned = repository.condemnations().packs();
    boolean any = false;
    for (ObjectId id : Set.copyOf(damage.keySet())) {
      if (condemned.contains(id)
          && repository.storage().find(ObjectKind.DATA_PACK.name(id)).isEmpty()) {
        damage.remove(id);
        badPacks.add(id);
        any = true;
      }
    }
    if (any) {
      repository.index().refresh();
    }
  }

  private boolean isSpare(PackDescription pack) {
    for (FrameDescription frame : pack.frames()) {
      for (int i = 0; i < frame.blobs(); i++) {
        if (place(pack.kind(), frame.id(i), pack.id()).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Length of a blob that some pack has, as far as it has been looked at; negative if none. */
  int length(BlobKind kind, BlobId id) {
    return place(kind, id, null).map(BlobLocation::length).orElse(-1);
  }

  /** Whether nothing was found yet that is not as it should be. */
  boolean isFlawless() {
    return damage.isEmpty();
  }

  /** Whether the pack of this place is there, and as long as it should be. */
  boolean isThere(BlobLocation place) {
    return !badPacks.contains(place.pack());
  }

  private Optional<BlobLocation> place(BlobKind kind, BlobId id, @Nullable ObjectId without) {
    return repository
        .index()
        .find(
            kind,
            id,
            place ->
                !badPacks.contains(place.pack())
                    && !place.pack().equals(without)
                    && isReadable(id, place.pack()));
  }

  private void damage(ObjectId pack, String what) {
    damage.computeIfAbsent(pack, id -> new CopyOnWriteArrayList<>()).add(what);
  }

  private void check(PackDescription pack, Semaphore room) {
    try {
      progress.checkCancelled();
      PackReport report =
          new PackReader(repository.storage(), repository.keys()).verify(pack, progress);
      blobs.add(report.blobs());
      bytes.add(report.stored());
      if (pack.kind() == BlobKind.SENSITIVE && !repository.keys().opensSensitive()) {
        closed.increment();
      }
      for (PackReport.Damage found : report.damage()) {
        damage(pack.id(), found.what());
        if (found.withheld()) {
          withheld.add(pack.id());
        }
        for (BlobId blob : found.blobs()) {
          badBlobs.addIn(pack.id(), blob);
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
