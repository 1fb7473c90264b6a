package io.salvor.engine.pack;

import io.salvor.engine.crypto.ObjectId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Unpacked frames, those used last, up to a number of bytes. Who asks for a frame that another is
 * loading waits for that one.
 */
final class FrameCache {
  /** A frame of a pack. */
  record Key(ObjectId pack, int frame) {}

  /** Gets a frame. */
  interface Loader {
    byte[] load() throws IOException;
  }

  private final long budget;
  private final Map<Key, CompletableFuture<byte[]>> frames = new LinkedHashMap<>(16, 0.75f, true);
  private long held;

  FrameCache(long budget) {
    this.budget = budget;
  }

  /** Gives a frame from the cache or the loader; it is shared and must not be changed. */
  byte[] get(Key key, Loader loader) throws IOException {
    CompletableFuture<byte[]> mine = new CompletableFuture<>();
    @Nullable CompletableFuture<byte[]> other;
    synchronized (frames) {
      other = frames.putIfAbsent(key, mine);
    }
    if (other != null) {
      return await(other);
    }
    try {
      byte[] frame = loader.load();
      mine.complete(frame);
      keep(mine, frame.length);
      return frame;
    } catch (IOException | RuntimeException | Error e) {
      mine.completeExceptionally(e);
      synchronized (frames) {
        frames.remove(key, mine);
      }
      throw e;
    }
  }

  private void keep(CompletableFuture<byte[]> loaded, int length) {
    synchronized (frames) {
      held += length;
      var eldest = frames.entrySet().iterator();
      while (held > budget && eldest.hasNext()) {
        CompletableFuture<byte[]> frame = eldest.next().getValue();
        // Frames that are being loaded are not counted yet.
        if (frame.isDone() && !frame.isCompletedExceptionally() && !frame.equals(loaded)) {
          held -= frame.resultNow().length;
          eldest.remove();
        }
      }
    }
  }

  private static byte[] await(CompletableFuture<byte[]> loading) throws IOException {
    try {
      return loading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading a frame");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}
