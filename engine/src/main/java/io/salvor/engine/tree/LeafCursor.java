package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.codec.MalformedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The entries of lowest nodes that come one after the other, without those above them. Entries that
 * come again are passed over, for a node that was written before its end is followed by the whole
 * one.
 */
public final class LeafCursor implements TreeCursor {
  /** Gives the bytes of the next lowest node; null at the end. */
  public interface Leaves {
    byte @Nullable [] next() throws IOException;
  }

  private static final BlobId NAMELESS = new BlobId(0, 0, 0, 0);

  private final Leaves leaves;
  private final NodeCache values;
  private @Nullable Node node;
  private int item;
  private @Nullable Key last;
  private boolean ended;

  /**
   * A cursor over all of them.
   *
   * @param values gives the values that lie in no node
   */
  public LeafCursor(Leaves leaves, BlobSource values) {
    this.leaves = leaves;
    this.values = new NodeCache(values);
  }

  @Override
  public @Nullable TreeItem peek() throws IOException {
    while (!ended) {
      @Nullable Node at = node;
      if (at == null || item == at.items()) {
        read();
      } else if (last != null && at.key(item).compareTo(last) <= 0) {
        item++;
      } else {
        return new TreeItem(values, at, item);
      }
    }
    return null;
  }

  private void read() throws IOException {
    byte @Nullable [] bytes = leaves.next();
    if (bytes == null) {
      ended = true;
      return;
    }
    try {
      node = NodeParser.parse(NAMELESS, bytes);
      item = 0;
    } catch (MalformedException e) {
      throw TreeDamage.of(NAMELESS, e);
    }
  }

  @Override
  public @Nullable TreeItem next() throws IOException {
    TreeItem found = peek();
    if (found != null) {
      last = found.key();
    }
    return found;
  }

  @Override
  public void skipTo(Key key) throws IOException {
    for (TreeItem at = peek(); at != null && at.key().compareTo(key) < 0; at = peek()) {
      last = at.key();
    }
  }

  @Override
  public void skipPast(Key key) throws IOException {
    for (TreeItem at = peek();
        at != null && (at.key().compareTo(key) <= 0 || key.covers(at.key()));
        at = peek()) {
      last = at.key();
    }
  }
}
