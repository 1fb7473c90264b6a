package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a key is to hold.
 *
 * @param entry null if there is to be nothing
 * @param context made if it is missing, else left alone: a directory that is there for what lies in
 *     it, or what goes and comes back with another entry
 * @param expected what the key should hold now; what is so may be changed without being a conflict
 */
record Wanted(Key key, @Nullable Entry entry, boolean context, @Nullable Expected expected) {

  /**
   * What a key should hold by what is known of it.
   *
   * @param entry null if there should be nothing
   * @param digest of the fingerprint that it had then, 0 if not known
   * @param complete whether it is known to have become so; if not, a directory may be half filled
   */
  record Expected(@Nullable Entry entry, long digest, boolean complete) {}

  /** An ordered stream of what is wanted. */
  interface Cursor {
    /** The next; null at the end. */
    @Nullable Wanted next() throws IOException;

    /** Whether something is lost between what came before and what came last, or the end. */
    boolean isAfterLoss();
  }
}
