package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.codec.MalformedException;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads nodes and keeps those used last, up to a bound. Trees of one repository share one; safe for
 * several threads.
 */
public final class NodeCache {
  /** A bound in bytes that serves walks and differences of any size. */
  public static final long DEFAULT_BOUND = 8L << 20;

  private final BlobSource source;
  private final long bound;
  private final LinkedHashMap<BlobId, Node> nodes = new LinkedHashMap<>(64, 0.75f, true);
  private long weight;
  private long reads;

  /** A cache of {@link #DEFAULT_BOUND}. */
  public NodeCache(BlobSource source) {
    this(source, DEFAULT_BOUND);
  }

  /** A cache of at most about {@code bound} bytes of memory. */
  public NodeCache(BlobSource source, long bound) {
    this.source = source;
    this.bound = bound;
  }

  /** A node that is sound in itself. */
  Node get(BlobId id) throws IOException {
    Node known = lookup(id);
    if (known != null) {
      return known;
    }
    byte[] bytes = source.get(BlobKind.TREE, id);
    Node node;
    try {
      node = NodeParser.parse(id, bytes);
    } catch (MalformedException e) {
      throw TreeDamage.of(id, e);
    }
    keep(node);
    return node;
  }

  /** A blob that is no node: a value. */
  byte[] value(BlobId id) throws IOException {
    return source.get(BlobKind.TREE, id);
  }

  /** How many nodes have been read from the source. */
  synchronized long reads() {
    return reads;
  }

  private synchronized @Nullable Node lookup(BlobId id) {
    return nodes.get(id);
  }

  private synchronized void keep(Node node) {
    reads++;
    if (nodes.put(node.id(), node) == null) {
      weight += node.weight();
    }
    Iterator<Node> oldest = nodes.values().iterator();
    while (weight > bound && oldest.hasNext()) {
      weight -= oldest.next().weight();
      oldest.remove();
    }
  }
}
