package io.salvor.provider.files;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The engine's side in memory; refuses what comes out of order or from several threads. */
public final class MemoryCapture implements Capture {
  final TreeMap<Key, Entry> entries = new TreeMap<>();
  final List<Failure> failures = new ArrayList<>();
  final AtomicLong bytesRead = new AtomicLong();
  final AtomicLong bytesOfHoles = new AtomicLong();
  final AtomicLong items = new AtomicLong();

  /** Called before bytes are taken; a test may do to the file what it likes. */
  volatile Runnable whileReading = () -> {};

  volatile boolean cancelled;

  private final Map<ContentRef, byte[]> contents;
  private final @Nullable MemoryCapture before;
  private volatile @Nullable Key lastAsked;
  private volatile @Nullable Thread asking;
  private volatile @Nullable Thread putting;

  record Failure(String key, ErrorCode code, String message) {}

  /** Of a first backup. */
  public MemoryCapture() {
    this(null);
  }

  MemoryCapture(@Nullable MemoryCapture before) {
    this.before = before;
    this.contents = before == null ? new ConcurrentHashMap<>() : before.contents;
  }

  @Override
  public @Nullable Entry previous(Key key) {
    if (asking != null && asking != Thread.currentThread()) {
      throw new AssertionError("asked by two threads");
    }
    asking = Thread.currentThread();
    if (lastAsked != null && lastAsked.compareTo(key) >= 0) {
      throw new AssertionError(key + " asked for after " + lastAsked);
    }
    lastAsked = key;
    return before == null ? null : before.entries.get(key);
  }

  @Override
  public void put(Key key, Entry entry) {
    onlyOne();
    if (!entries.isEmpty() && entries.lastKey().compareTo(key) >= 0) {
      throw new AssertionError(key + " put after " + entries.lastKey());
    }
    entries.put(key, entry);
    items.incrementAndGet();
  }

  @Override
  public void fail(Key key, ErrorCode code, String message) {
    onlyOne();
    failures.add(new Failure(key.toString(), code, message));
  }

  private void onlyOne() {
    if (putting != null && putting != Thread.currentThread()) {
      throw new AssertionError("put by two threads");
    }
    putting = Thread.currentThread();
  }

  @Override
  public ContentSink sensitive() {
    return content();
  }

  @Override
  public ContentSink content() {
    return new Sink();
  }

  @Override
  public Progress progress() {
    return new Progress() {
      @Override
      public void checkCancelled() {
        if (cancelled) {
          throw new SalvorException(ErrorCode.INTERRUPTED, "cancelled", "by the test", "none");
        }
      }
    };
  }

  /** What the user does by Ctrl-C. */
  public void cancel() {
    cancelled = true;
  }

  /** The entry of a key as text. */
  public Entry entry(String key) {
    Entry entry = entries.get(KeyText.parse(key));
    if (entry == null) {
      throw new AssertionError("no entry " + key + " in " + keys());
    }
    return entry;
  }

  /** All keys as text, in order. */
  public List<String> keys() {
    return entries.keySet().stream().map(Key::toString).toList();
  }

  /** Keys that failed. */
  List<String> failed() {
    return failures.stream().map(Failure::key).toList();
  }

  /** The content of an entry, holes as zeros. */
  public byte[] content(Entry entry) {
    return entry.content().equals(ContentRef.EMPTY)
        ? new byte[0]
        : contents.get(entry.content()).clone();
  }

  public String text(String key) {
    return new String(content(entry(key)), StandardCharsets.UTF_8);
  }

  private final class Sink implements ContentSink {
    private final List<Extent> extents = new ArrayList<>();
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();

    @Override
    public void write(byte[] bytes, int offset, int length) {
      whileReading.run();
      bytesRead.addAndGet(length);
      part.write(bytes, offset, length);
      all.write(bytes, offset, length);
      if (part.size() > 1 << 20) {
        cut();
      }
    }

    private void cut() {
      if (part.size() > 0) {
        extents.add(new Extent.Data(part.size(), id(part.toByteArray())));
        part.reset();
      }
    }

    @Override
    public void hole(long length) {
      cut();
      bytesOfHoles.addAndGet(length);
      extents.add(new Extent.Hole(length));
      all.writeBytes(new byte[Math.toIntExact(length)]);
    }

    @Override
    public void blocks(int size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ContentRef finish() {
      cut();
      ContentRef ref =
          extents.isEmpty()
              ? ContentRef.EMPTY
              : extents.size() <= ContentRef.MAX_INLINE
                  ? new ContentRef.Inline(extents)
                  : new ContentRef.ListRoot(id(all.toByteArray()), 0, extents.size());
      contents.put(ref, all.toByteArray());
      return ref;
    }
  }

  private static BlobId id(byte[] bytes) {
    try {
      return BlobId.from(MessageDigest.getInstance("SHA-256").digest(bytes), 0);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
