package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Counts;
import io.salvor.engine.backup.Manifest.Failure;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeBuilder;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the entries of a capture into a new tree, counts them against the parent, and asks for a
 * checkpoint when one is due. {@link #root} and the counts may be read by the thread that makes
 * checkpoints while the capture goes on.
 */
final class TreeCapture implements Capture {
  private final StoredContent stored;
  private final BlobSink blobs;
  private final Function<BlobKind, Chunker> chunkers;
  private final Optional<Earlier> earlier;
  private final TreeCursor previous;
  private final TreeCursor parent;
  private final Progress progress;
  private final Checkpoints checkpoints;
  private final AtomicLong read = new AtomicLong();
  private final Object building = new Object();
  private final TreeBuilder tree;
  private final List<Failure> failures = new ArrayList<>();
  private final TableComponents tables = new TableComponents();
  // Keys that failed and lie on the way to the one that came last.
  private final List<Key> failedAbove = new ArrayList<>();
  private long failureBytes;
  private long added;
  private long changed;
  private long removed;
  private long failed;
  private @Nullable Key lastFailed;
  private long logical;

  /** Asked often whether a checkpoint is due. */
  interface Checkpoints {
    void poll() throws IOException;
  }

  /**
   * Begins.
   *
   * @param stored what of earlier backups is still there
   * @param earlier the whole backup that this one may be composed against
   * @param previous entries that need not be read again
   * @param parent entries to count changes against
   */
  TreeCapture(
      StoredContent stored,
      BlobSink blobs,
      Function<BlobKind, Chunker> chunkers,
      TreeBuilder tree,
      Optional<Earlier> earlier,
      TreeCursor previous,
      TreeCursor parent,
      Progress progress,
      Checkpoints checkpoints) {
    this.stored = stored;
    this.blobs = blobs;
    this.chunkers = chunkers;
    this.tree = tree;
    this.earlier = earlier;
    this.previous = previous;
    this.parent = parent;
    this.progress = progress;
    this.checkpoints = checkpoints;
  }

  @Override
  public @Nullable Entry previous(Key key) {
    try {
      previous.skipTo(key);
      TreeItem item = previous.peek();
      if (item == null || !item.key().equals(key)) {
        return null;
      }
      Entry entry = EntryCodec.decode(key, item.value());
      return stored.has(entry) ? entry : null;
    } catch (SalvorException e) {
      if (e.code().isDamage()) {
        return null;
      }
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<Earlier> earlier() {
    return earlier;
  }

  @Override
  public ContentSink content() {
    return content(BlobKind.DATA);
  }

  @Override
  public ContentSink sensitive() {
    return content(BlobKind.SENSITIVE);
  }

  private ContentSink content(BlobKind kind) {
    return new Counting(new ContentCutter(blobs, kind, chunkers.apply(kind)));
  }

  @Override
  public void put(Key key, Entry entry) throws IOException {
    progress.checkCancelled();
    byte[] value = EntryCodec.encode(entry);
    if (value.length > TreeBuilder.MAX_VALUE || key.encoded().length > Key.MAX_ENCODED) {
      // Whoever may write in the source can make such a thing; it must not end the backup.
      fail(key, ErrorCode.ENTRY_UNSUPPORTED, "its name or its metadata are too large to be kept");
      return;
    }
    synchronized (building) {
      count(key, value);
      logical += entry.size();
      tree.add(key, value);
      tables.put(key, entry, value);
    }
    progress.advance(1, 0);
    checkpoints.poll();
  }

  @Override
  public void fail(Key key, ErrorCode code, String message) {
    synchronized (building) {
      // One entry may have several flaws, which come one after another.
      failed += Objects.equals(key, lastFailed) ? 0 : 1;
      lastFailed = key;
      try {
        countRemovedBefore(key);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!failedAbove.contains(key)) {
        failedAbove.add(key);
      }
      int size = key.encoded().length + message.length();
      if (failures.size() < Manifest.MAX_FAILURES
          && failureBytes + size <= Manifest.MAX_FAILURE_BYTES) {
        failures.add(new Failure(key.encoded(), code.code(), message));
        failureBytes += size;
      }
    }
    progress.warn(code.code(), key.toString(), message);
  }

  @Override
  public Progress progress() {
    return progress;
  }

  /** The tree of what has come so far. */
  TreeRoot root() throws IOException {
    synchronized (building) {
      return tree.checkpoint();
    }
  }

  /** Counts what the parent has beyond the last key, and gives the whole tree. */
  TreeRoot finish() throws IOException {
    synchronized (building) {
      for (TreeItem item = parent.next(); item != null; item = parent.next()) {
        countRemoved(item.key());
      }
      return tree.finish();
    }
  }

  Counts counts() {
    synchronized (building) {
      return new Counts(tree.entries(), added, changed, removed, failed);
    }
  }

  /** Of tables; the whole is one more. */
  List<Component> tables() {
    synchronized (building) {
      return tables.list();
    }
  }

  List<Failure> failures() {
    synchronized (building) {
      return List.copyOf(failures);
    }
  }

  long bytesRead() {
    return read.get();
  }

  long bytesLogical() {
    synchronized (building) {
      return logical;
    }
  }

  private void count(Key key, byte[] value) throws IOException {
    countRemovedBefore(key);
    TreeItem item = parent.peek();
    if (item == null || !item.key().equals(key)) {
      added++;
      return;
    }
    if (item.length() != value.length || !hasValue(item, value)) {
      changed++;
    }
    parent.next();
  }

  private static boolean hasValue(TreeItem item, byte[] value) throws IOException {
    try {
      return Arrays.equals(item.value(), value);
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return false;
    }
  }

  private void countRemovedBefore(Key key) throws IOException {
    for (TreeItem item = parent.peek();
        item != null && item.key().compareTo(key) < 0;
        item = parent.peek()) {
      countRemoved(item.key());
      parent.next();
    }
    failedAbove.removeIf(failed -> !failed.covers(key));
  }

  /** What could not be read, or lies below a directory that could not, has not been removed. */
  private void countRemoved(Key key) {
    if (failedAbove.stream().noneMatch(f -> f.covers(key))) {
      removed++;
    }
  }

  /** Counts what is read, and lets a checkpoint come in the middle of a large file. */
  private final class Counting implements ContentSink {
    private final ContentSink to;

    Counting(ContentSink to) {
      this.to = to;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      progress.checkCancelled();
      to.write(bytes, offset, length);
      read.addAndGet(length);
      progress.advance(0, length);
      checkpoints.poll();
    }

    @Override
    public void reuse(SeekableContent from, long offset, long length) throws IOException {
      progress.checkCancelled();
      to.reuse(from, offset, length);
      progress.advance(0, length);
      checkpoints.poll();
    }

    @Override
    public void hole(long length) throws IOException {
      to.hole(length);
    }

    @Override
    public void blocks(int size) {
      to.blocks(size);
    }

    @Override
    public ContentRef finish() throws IOException {
      return to.finish();
    }
  }
}
