package io.salvor.engine.source;

import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The one backup that a capture may be composed against: all of it is of the same moment, which
 * cannot be said of what {@link Capture#previous} gives. Keys may be asked for in any order.
 */
public interface Earlier {
  /** The entry that it has under a key; null if it has none, or parts of its content are lost. */
  @Nullable Entry find(Key key) throws IOException;

  /** The content of one of its entries. */
  SeekableContent content(Entry entry);
}
