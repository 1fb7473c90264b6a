package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of one kind of blob into packs. Callers fill the open frame under the lane's lock; full
 * ones are compressed by workers and meanwhile wait in the lane's queue, whose thread encrypts and
 * writes them one after the other.
 */
final class Lane implements Runnable {
  /** A blob of so many bytes has a frame of its own. */
  static final int LARGE = 256 << 10;

  private static final int MOST_BLOBS_IN_FRAME = 8192;
  private static final int MOST_BLOBS_IN_PACK = 65_536;

  private sealed interface Item {}

  private record Waiting(Frame frame, CompletableFuture<Void> compressed) implements Item {}

  private record End(CompletableFuture<Void> done) implements Item {}

  private record Stop() implements Item {}

  private final BlobWriter writer;
  private final BlobKind kind;
  private final int frameTarget;
  private final long packTarget;
  // Bounded by the buffers that its frames hold.
  private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
  private final ReentrantLock filling = new ReentrantLock();
  private final Set<BlobId> inFlight = ConcurrentHashMap.newKeySet();
  private @Nullable Frame open;
  private @Nullable PackWriter pack;

  Lane(BlobWriter writer, BlobKind kind, int frameTarget, long packTarget) {
    this.writer = writer;
    this.kind = kind;
    this.frameTarget = frameTarget;
    this.packTarget = packTarget;
  }

  /** Whether the caller is the one to store this blob. */
  boolean claim(BlobId id) {
    return inFlight.add(id);
  }

  /** Gives a claim up, because the index has the blob. */
  void disclaim(BlobId id) {
    inFlight.remove(id);
  }

  /** Takes in a blob that the caller has claimed. */
  void put(BlobId id, byte[] bytes, int offset, int length) throws IOException {
    if (length >= LARGE) {
      Frame frame = new Frame(writer.takeBuffers(length));
      frame.add(id, bytes, offset, length);
      submit(frame);
      return;
    }
    filling.lock();
    try {
      Frame frame = open;
      if (frame != null && frame.size() + length > frameTarget) {
        submitOpen();
        frame = null;
      }
      if (frame == null) {
        frame = new Frame(writer.takeBuffers(Math.max(frameTarget, length)));
        open = frame;
      }
      frame.add(id, bytes, offset, length);
      if (frame.size() >= frameTarget || frame.blobs() >= MOST_BLOBS_IN_FRAME) {
        submitOpen();
      }
    } finally {
      filling.unlock();
    }
  }

  /** Ends the open frame and the open pack; done when the pack waits only to become durable. */
  CompletableFuture<Void> end() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    filling.lock();
    try {
      submitOpen();
      queue.add(new End(done));
    } finally {
      filling.unlock();
    }
    return done;
  }

  /** Lets the lane's thread end once it has seen to what was given before, or to nothing. */
  void stop() {
    queue.add(new Stop());
  }

  private void submitOpen() {
    Frame frame = open;
    open = null;
    if (frame != null) {
      submit(frame);
    }
  }

  private void submit(Frame frame) {
    queue.add(new Waiting(frame, writer.compress(frame)));
  }

  @Override
  public void run() {
    try {
      while (!writer.hasFailed()) {
        switch (queue.take()) {
          case Waiting waiting -> write(waiting);
          case End(CompletableFuture<Void> done) -> {
            endPack();
            done.complete(null);
          }
          case Stop _ -> {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      writer.fail(e);
    } catch (CompletionException e) {
      writer.fail(e.getCause() == null ? e : e.getCause());
    } catch (IOException | RuntimeException | Error e) {
      writer.fail(e);
    } finally {
      abandon();
    }
  }

  private void write(Waiting waiting) throws IOException, InterruptedException {
    Frame frame = waiting.frame;
    waiting.compressed.join();
    PackWriter current = pack;
    if (current == null) {
      current = writer.newPack(kind);
      pack = current;
    }
    current.append(frame);
    writer.giveBuffers(frame.buffers());
    if (current.size() >= packTarget || current.blobs() >= MOST_BLOBS_IN_PACK) {
      endPack();
    }
  }

  private void endPack() throws IOException, InterruptedException {
    PackWriter current = pack;
    if (current != null) {
      PackDescription description = current.finish();
      writer.awaitCommitter();
      pack = null;
      writer.commit(current, description, this);
    }
  }

  /** The index has the pack's blobs now. */
  void landed(PackDescription description) {
    for (FrameDescription frame : description.frames()) {
      for (int i = 0; i < frame.blobs(); i++) {
        inFlight.remove(frame.id(i));
      }
    }
  }

  private void abandon() {
    PackWriter current = pack;
    if (current != null) {
      try {
        current.close();
      } catch (IOException | RuntimeException e) {
        writer.fail(e);
      }
    }
  }
}
