package io.salvor.engine.restore;

import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** An ordered stream of what a target holds, in the order of keys. For one thread. */
public interface LiveCursor extends AutoCloseable {
  /** The next key, whose entry has not been looked at yet; null at the end. */
  @Nullable Key peek() throws IOException;

  /**
   * Looks at the next entry and takes it; what lies below it comes next, unless {@link #prune} is
   * called. Null if it has vanished meanwhile; then the cursor has passed over it.
   *
   * @throws UnreadableException if it cannot be looked at; then the cursor has passed over it and
   *     all that lies below
   */
  @Nullable LiveItem take() throws IOException;

  /** Passes over all that lies below what was taken last. */
  void prune();

  /**
   * Whether something below what was taken last passes the test, or cannot be looked at; moves
   * nothing.
   *
   * @param test of a key, and whether it is a directory
   */
  boolean holds(BiPredicate<Key, Boolean> test) throws IOException;

  /** Passes over the next entry and all below it, without looking at it. */
  void skip() throws IOException;

  @Override
  void close() throws IOException;
}
