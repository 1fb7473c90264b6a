package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.codec.SipHash;
import io.salvor.engine.codec.Varint;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The node that is being filled at one level of a {@link TreeBuilder}. */
final class LevelBuilder {
  /** A node that was written: what the level above keeps of it. */
  record Child(BlobId id, Key last, long entries) {}

  // Room before the items for level and count, which are known last.
  private static final int HEAD = 1 + Varint.MAX_SIZE;

  private final int level;
  private byte[] buffer = new byte[4096];
  private int end = HEAD;
  private int items;
  private long size;
  private long entries;
  private Key last = Key.ROOT;
  private @Nullable Child first;
  private long written;

  LevelBuilder(int level) {
    this.level = level;
  }

  /** Adds an entry with its value in the node. */
  void inline(Key key, byte[] value) {
    key(key, value.length);
    entries++;
    room(Varint.MAX_SIZE + value.length);
    end = Varint.put(buffer, end, (long) value.length << 1);
    System.arraycopy(value, 0, buffer, end, value.length);
    end += value.length;
  }

  /** Adds an entry whose value is a blob. */
  void reference(Key key, BlobId value, int length) {
    key(key, NodeLimits.REFERENCE_SIZE);
    entries++;
    room(Varint.MAX_SIZE);
    end = Varint.put(buffer, end, (long) length << 1 | 1);
    id(value);
  }

  /** Adds a node of the level below. */
  void child(Child child) {
    key(child.last, NodeLimits.CHILD_SIZE);
    entries += child.entries;
    id(child.id);
    room(Varint.MAX_SIZE);
    end = Varint.put(buffer, end, child.entries);
  }

  /** Whether the node ends after the item that was added last. */
  boolean ends(SipHash boundary) {
    if (size < NodeLimits.MIN_SIZE || !NodeLimits.mayEnd(level, items)) {
      return false;
    }
    byte[] key = last.encoded();
    return size >= NodeLimits.MAX_SIZE
        || boundary.hash(level, key, 0, key.length) >>> NodeLimits.BOUNDARY_SHIFT == 0;
  }

  /** Whether a node is begun. */
  boolean pending() {
    return items > 0;
  }

  /** Nodes written and done with. */
  long written() {
    return written;
  }

  /** The only node of this level, if there is exactly one and nothing pends. */
  @Nullable Child only() {
    return written == 1 && items == 0 ? first : null;
  }

  int level() {
    return level;
  }

  /** Writes the node and begins the next. */
  Child finish(BlobSink sink) throws IOException {
    Child node = write(sink);
    if (first == null) {
      first = node;
    }
    written++;
    end = HEAD;
    items = 0;
    size = 0;
    entries = 0;
    last = Key.ROOT;
    return node;
  }

  /** Writes the node as it is, with one more child if there is one, and leaves it to be filled. */
  Child snapshot(BlobSink sink, @Nullable Child more) throws IOException {
    if (more == null) {
      return write(sink);
    }
    int oldEnd = end;
    int oldItems = items;
    long oldSize = size;
    long oldEntries = entries;
    Key oldLast = last;
    child(more);
    Child node = write(sink);
    end = oldEnd;
    items = oldItems;
    size = oldSize;
    entries = oldEntries;
    last = oldLast;
    return node;
  }

  private Child write(BlobSink sink) throws IOException {
    int start = HEAD - 1 - Varint.size(items);
    buffer[start] = (byte) level;
    Varint.put(buffer, start + 1, items);
    return new Child(sink.put(BlobKind.TREE, buffer, start, end - start), last, entries);
  }

  private void key(Key key, int payload) {
    byte[] encoded = key.encoded();
    byte[] before = last.encoded();
    int shared = items == 0 ? 0 : Arrays.mismatch(before, encoded);
    int rest = encoded.length - shared;
    room(2 * Varint.MAX_SIZE + rest);
    end = Varint.put(buffer, end, shared);
    end = Varint.put(buffer, end, rest);
    System.arraycopy(encoded, shared, buffer, end, rest);
    end += rest;
    items++;
    size += encoded.length + payload;
    last = key;
  }

  private void id(BlobId id) {
    room(BlobId.SIZE);
    System.arraycopy(id.bytes(), 0, buffer, end, BlobId.SIZE);
    end += BlobId.SIZE;
  }

  private void room(int more) {
    if (buffer.length - end < more) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, end + more));
    }
  }
}
