package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes blobs in and writes packs. Blobs that the index names, or that are on their way, are not
 * stored again. Holds at most {@value #BUFFERS} bytes of frames, a few more for directories, and
 * the lists of packs that were not flushed yet.
 *
 * <p>The first failure ends everything: every later call fails with the same cause, and what was
 * not flushed is to be stored again by another writer. Closing abandons what was not flushed.
 */
public final class BlobWriter implements BlobSink, AutoCloseable {
  static final int BUFFERS = 24 << 20;

  private static final int LEVEL = 3;
  private static final int DATA_FRAME = 1 << 20;
  private static final int TREE_FRAME = 256 << 10;
  private static final long DATA_PACK = 32 << 20;
  private static final long TREE_PACK = 8 << 20;
  private static final int MOST_COMMITS = 2;

  /**
   * What went through a writer so far.
   *
   * @param blobs that were new
   * @param bytes of the new ones
   * @param known blobs that were there already, repetitions within this session among them
   * @param knownBytes of those
   * @param stored bytes of the packs that are durable
   */
  public record Statistics(long blobs, long bytes, long known, long knownBytes, long stored) {}

  private final Storage storage;
  private final KeyRing keys;
  private final BlobIndex index;
  private final SegmentWriter segments;
  private final FrameBuffers buffers = new FrameBuffers(BUFFERS);
  private final Lane data;
  private final Lane tree = new Lane(this, BlobKind.TREE, TREE_FRAME, TREE_PACK);
  private final Lane sensitive;
  private final ExecutorService lanes = threads("lane", BlobKind.values().length);
  private final ExecutorService workers =
      threads("compress", Runtime.getRuntime().availableProcessors());
  private final ExecutorService committers = threads("commit", MOST_COMMITS);
  private final Semaphore commits = new Semaphore(MOST_COMMITS, true);
  private final ReentrantReadWriteLock putting = new ReentrantReadWriteLock();
  private final ReentrantLock flushing = new ReentrantLock();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private final LongAdder blobs = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder known = new LongAdder();
  private final LongAdder knownBytes = new LongAdder();
  private final LongAdder stored = new LongAdder();
  private List<PackDescription> committed = new ArrayList<>();

  /** A writer into a repository; the index learns of every pack as soon as it is durable. */
  public BlobWriter(Storage storage, KeyRing keys, BlobIndex index) {
    this(storage, keys, index, DATA_FRAME);
  }

  BlobWriter(Storage storage, KeyRing keys, BlobIndex index, int dataFrame) {
    this.data = new Lane(this, BlobKind.DATA, dataFrame, DATA_PACK);
    this.sensitive = new Lane(this, BlobKind.SENSITIVE, dataFrame, DATA_PACK);
    this.storage = storage;
    this.keys = keys;
    this.index = index;
    this.segments = new SegmentWriter(storage, keys);
    lanes.execute(data);
    lanes.execute(tree);
    lanes.execute(sensitive);
  }

  private static ExecutorService threads(String name, int most) {
    return Executors.newFixedThreadPool(
        most, Thread.ofPlatform().daemon().name("salvor-" + name + "-", 1).factory());
  }

  @Override
  public BlobId put(BlobKind kind, byte[] content, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, content.length);
    if (length < 1 || length > FrameDescription.MAX_BLOB) {
      throw new IllegalArgumentException("a blob of " + length + " bytes");
    }
    check();
    BlobId id = keys.blobId(kind, content, offset, length);
    putting.readLock().lock();
    try {
      if (store(lane(kind), kind, id, content, offset, length)) {
        blobs.increment();
        bytes.add(length);
      } else {
        known.increment();
        knownBytes.add(length);
      }
      return id;
    } catch (IOException | RuntimeException | Error e) {
      // Others may have relied on this claim.
      fail(e);
      throw e;
    } finally {
      putting.readLock().unlock();
    }
  }

  private boolean store(Lane lane, BlobKind kind, BlobId id, byte[] content, int offset, int length)
      throws IOException {
    // The claim comes first: a blob leaves the claims only after it has come into the index.
    if (!lane.claim(id)) {
      return false;
    }
    if (index.contains(kind, id) && (kind != BlobKind.TREE || isOwn(id))) {
      lane.disclaim(id);
      return false;
    }
    lane.put(id, content, offset, length);
    return true;
  }

  /** A write-only client stores its trees itself, so that it can be told that they are its own. */
  private boolean isOwn(BlobId node) {
    KeyRing.@Nullable Writer self = keys.self();
    return self == null
        || index.locations(BlobKind.TREE, node).stream()
            .anyMatch(place -> place.pack().high() == self.id().high());
  }

  private Lane lane(BlobKind kind) {
    return switch (kind) {
      case DATA -> data;
      case TREE -> tree;
      case SENSITIVE -> sensitive;
    };
  }

  /**
   * Ends open frames and packs and waits until everything put before this call is durable.
   *
   * @return the packs that became durable since the last flush, to be named by segments
   */
  public List<PackDescription> flush() throws IOException {
    flushing.lock();
    try {
      check();
      CompletableFuture.anyOf(endPacks(), failed).get();
      check();
      commits.acquire(MOST_COMMITS);
      commits.release(MOST_COMMITS);
      check();
      return takeCommitted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FrameBuffers.interrupted(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a lane's end does not fail by itself", e);
    } finally {
      flushing.unlock();
    }
  }

  private CompletableFuture<Void> endPacks() {
    // A blob that one caller has claimed and not put yet counts as put by all others.
    putting.writeLock().lock();
    try {
      return CompletableFuture.allOf(data.end(), tree.end(), sensitive.end());
    } finally {
      putting.writeLock().unlock();
    }
  }

  /** Writes index segments that name these packs; all are durable when this returns. */
  public List<SegmentWriter.Written> writeSegments(List<PackDescription> packs) throws IOException {
    buffers.trim();
    List<SegmentWriter.Written> written = segments.write(packs);
    written.forEach(index::adopt);
    return written;
  }

  /** What went through so far. */
  public Statistics statistics() {
    return new Statistics(blobs.sum(), bytes.sum(), known.sum(), knownBytes.sum(), stored.sum());
  }

  /** Ends all threads and abandons what was not flushed. */
  @Override
  public void close() {
    fail(new IllegalStateException("the writer is closed"));
    data.stop();
    tree.stop();
    sensitive.stop();
    lanes.close();
    workers.close();
    committers.close();
    index.forgetUnnamed();
  }

  FrameBuffers.Pair takeBuffers(int plain) throws IOException {
    FrameBuffers.Pair pair = buffers.take(plain);
    if (pair == null) {
      check();
      throw new IllegalStateException("no buffers, and yet no failure");
    }
    return pair;
  }

  void giveBuffers(FrameBuffers.Pair pair) {
    buffers.give(pair);
  }

  CompletableFuture<Void> compress(Frame frame) {
    return CompletableFuture.runAsync(() -> frame.compress(LEVEL), workers);
  }

  PackWriter newPack(BlobKind kind) throws IOException {
    return new PackWriter(storage, keys, kind);
  }

  /** Waits until one more pack may be on its way to becoming durable. */
  void awaitCommitter() throws InterruptedException {
    commits.acquire();
  }

  /** Makes a pack durable in the background, then known. */
  void commit(PackWriter pack, PackDescription description, Lane lane) {
    committers.execute(
        () -> {
          try (pack) {
            pack.commit();
            index.add(description);
            lane.landed(description);
            keep(description);
          } catch (IOException | RuntimeException | Error e) {
            fail(e);
          } finally {
            commits.release();
          }
        });
  }

  private void keep(PackDescription description) {
    stored.add(description.size());
    synchronized (this) {
      committed.add(description);
    }
  }

  private synchronized List<PackDescription> takeCommitted() {
    List<PackDescription> taken = List.copyOf(committed);
    committed = new ArrayList<>();
    return taken;
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** Ends the writer; the first failure is the one that callers see. */
  void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      buffers.close();
      failed.complete(null);
    }
  }

  private void check() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case SalvorException e -> throw e;
      case IOException e -> throw new IOException(e.getMessage(), e);
      case Throwable e -> throw new IllegalStateException("nothing can be stored any more", e);
    }
  }
}
