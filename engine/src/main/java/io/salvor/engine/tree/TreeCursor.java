package io.salvor.engine.tree;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An ordered stream of entries that can leap forward. For one thread. */
public interface TreeCursor {
  /** The next entry, which stays the next; null at the end. */
  @Nullable TreeItem peek() throws IOException;

  /** Takes the next entry; null at the end. */
  @Nullable TreeItem next() throws IOException;

  /** Passes over what comes before {@code key}, without reading it; never goes back. */
  void skipTo(Key key) throws IOException;

  /** Passes over {@code key}, what comes before it and everything below it. */
  void skipPast(Key key) throws IOException;
}
