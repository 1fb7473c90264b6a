package io.salvor.engine.restore;

import io.salvor.engine.tree.Key;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An ordered stream of what a target holds, in the order of keys. For one thread. */
public interface LiveCursor extends AutoCloseable {
  /** The next key, whose entry has not been looked at yet; null at the end. */
  @Nullable Key peek() throws IOException;

  /**
   * Looks at the next entry and takes it; what lies below it comes next, unless {@link #prune} is
   * called. Null if it has vanished meanwhile; then the cursor has passed over it.
   */
  @Nullable LiveItem take() throws IOException;

  /** Passes over all that lies below what was taken last. */
  void prune();

  /** Passes over the next entry and all below it, without looking at it. */
  void skip() throws IOException;

  @Override
  void close() throws IOException;
}
