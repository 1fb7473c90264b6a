package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.codec.SipHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a tree (docs/format.md §8) from entries in ascending order. It holds one unfinished node
 * for each level, however many entries come. For one thread; of no use after a failure.
 */
public final class TreeBuilder {
  /** The largest value in bytes. */
  public static final int MAX_VALUE = 4 << 20;

  private final BlobSink sink;
  private final SipHash boundary;
  private final List<LevelBuilder> levels = new ArrayList<>();
  private @Nullable Key last;
  private long entries;
  private boolean finished;

  /** Writes nodes and large values to {@code sink}. */
  public TreeBuilder(BlobSink sink, SipHash boundary) {
    this.sink = sink;
    this.boundary = boundary;
    levels.add(new LevelBuilder(0));
  }

  /**
   * Adds an entry.
   *
   * @param key greater than all keys before it, at most {@link Key#MAX_ENCODED} bytes encoded
   * @param value at most {@link #MAX_VALUE} bytes; copied
   */
  public void add(Key key, byte[] value) throws IOException {
    check(key, value.length);
    if (value.length <= NodeLimits.MAX_INLINE) {
      levels.get(0).inline(key, value);
    } else {
      BlobId id = sink.put(BlobKind.TREE, value, 0, value.length);
      levels.get(0).reference(key, id, value.length);
    }
    last = key;
    entries++;
    for (int i = 0; levels.get(i).ends(boundary); i++) {
      LevelBuilder.Child node = levels.get(i).finish(sink);
      if (i + 1 == levels.size()) {
        levels.add(new LevelBuilder(i + 1));
      }
      levels.get(i + 1).child(node);
    }
  }

  /** The greatest key so far, null before the first. */
  public @Nullable Key last() {
    return last;
  }

  /** Entries so far. */
  public long entries() {
    return entries;
  }

  /**
   * Writes what is missing and gives the root of what has been added so far, exactly as if nothing
   * more came; the build goes on undisturbed.
   */
  public TreeRoot checkpoint() throws IOException {
    if (entries == 0) {
      return new TreeRoot(levels.get(0).snapshot(sink, null).id(), 0, 0);
    }
    LevelBuilder.@Nullable Child carried = null;
    for (LevelBuilder level : levels) {
      if (carried != null || level.pending()) {
        carried = level.snapshot(sink, carried);
        if (level.written() == 0) {
          return new TreeRoot(carried.id(), level.level(), entries);
        }
      } else {
        LevelBuilder.@Nullable Child only = level.only();
        if (only != null) {
          return new TreeRoot(only.id(), level.level(), entries);
        }
      }
    }
    throw new IllegalStateException("the highest level has more than one node");
  }

  /** Ends the tree and gives its root. */
  public TreeRoot finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("the tree is finished");
    }
    TreeRoot root = checkpoint();
    finished = true;
    return root;
  }

  private void check(Key key, int length) {
    if (finished) {
      throw new IllegalStateException("the tree is finished");
    }
    if (last != null && key.compareTo(last) <= 0) {
      throw new IllegalArgumentException("key " + key + " does not come after " + last);
    }
    if (key.encoded().length > Key.MAX_ENCODED) {
      throw new IllegalArgumentException("a key of " + key.encoded().length + " bytes");
    }
    if (length > MAX_VALUE) {
      throw new IllegalArgumentException("a value of " + length + " bytes");
    }
  }
}
