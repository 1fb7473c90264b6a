package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Entries that are wanted, ascending by their keys. For one thread. */
@FunctionalInterface
public interface EntryStream {
  /** The next; null at the end. */
  @Nullable Keyed next() throws IOException;

  /** An entry and its key. */
  record Keyed(Key key, Entry entry) {}
}
