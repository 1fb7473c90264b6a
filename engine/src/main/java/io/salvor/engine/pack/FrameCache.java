package io.salvor.engine.pack;

import io.salvor.engine.crypto.ObjectId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Unpacked frames, those used last, up to a number of bytes. Who asks for a frame that another is
 * loading waits for that one. Arrays that nobody reads any more are used again: in a small heap,
 * large arrays that die old make the collector work more than all else.
 */
final class FrameCache {
  private static final int STEP = 256 << 10;
  private static final int MOST_IDLE = 4;

  /** A frame of a pack. */
  record Key(ObjectId pack, int frame) {}

  /** Fills a frame's plain text in. */
  interface Loader {
    void load(byte[] into) throws IOException;
  }

  /** Reads from a frame while it is certain to stay. */
  interface Reader<T> {
    T read(byte[] frame);
  }

  private static final class Entry {
    final CompletableFuture<byte[]> loaded = new CompletableFuture<>();
    int readers = 1;
    boolean evicted;
  }

  private final long budget;
  private final Map<Key, Entry> frames = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<byte[]> idle = new ArrayDeque<>();
  private long held;

  FrameCache(long budget) {
    this.budget = budget;
  }

  /**
   * Reads from a frame of the cache, which the loader fills in if it is not there.
   *
   * @param plain the frame's length; its array may be longer
   */
  <T> T read(Key key, int plain, Loader loader, Reader<T> reader) throws IOException {
    Entry entry;
    boolean mine = false;
    synchronized (frames) {
      entry = frames.get(key);
      if (entry == null) {
        entry = new Entry();
        frames.put(key, entry);
        mine = true;
      } else {
        entry.readers++;
      }
    }
    try {
      if (mine) {
        load(key, entry, plain, loader);
      }
      return reader.read(await(entry.loaded));
    } finally {
      synchronized (frames) {
        entry.readers--;
        recycle(entry);
      }
    }
  }

  private void load(Key key, Entry entry, int plain, Loader loader) throws IOException {
    try {
      byte[] frame = room(plain);
      loader.load(frame);
      synchronized (frames) {
        entry.loaded.complete(frame);
        held += frame.length;
        evict();
      }
    } catch (IOException | RuntimeException | Error e) {
      synchronized (frames) {
        frames.remove(key);
        entry.loaded.completeExceptionally(e);
      }
      throw e;
    }
  }

  private void evict() {
    Iterator<Entry> eldest = frames.values().iterator();
    while (held > budget && eldest.hasNext()) {
      Entry entry = eldest.next();
      // Frames that are being loaded are not counted yet.
      if (entry.loaded.isDone()) {
        held -= entry.loaded.resultNow().length;
        eldest.remove();
        entry.evicted = true;
        recycle(entry);
      }
    }
  }

  private void recycle(Entry entry) {
    if (entry.evicted && entry.readers == 0 && idle.size() < MOST_IDLE) {
      idle.add(entry.loaded.resultNow());
    }
  }

  private byte[] room(int plain) {
    int capacity = Math.ceilDiv(plain, STEP) * STEP;
    synchronized (frames) {
      for (byte[] array : idle) {
        if (array.length == capacity) {
          idle.remove(array);
          return array;
        }
      }
      if (idle.size() == MOST_IDLE) {
        idle.removeFirst();
      }
    }
    return new byte[capacity];
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
