package io.salvor.engine.source;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of a capture. {@link #previous} is called by one thread in ascending order of
 * keys, {@link #put} and {@link #fail} by one thread (which may be another) likewise; {@link
 * #content} by any thread.
 */
public interface Capture {

  /**
   * The entry that the backup before this one has under the key, or an interrupted attempt at this
   * one; null if there is none, and always null when everything is to be read again.
   */
  @Nullable Entry previous(Key key);

  /**
   * The sealed backup that this one is captured against, whole; empty if everything is to be read
   * again, or if it cannot be read.
   */
  default Optional<Earlier> earlier() {
    return Optional.empty();
  }

  /** Begins to store the content of one entry. */
  ContentSink content();

  /**
   * Begins to store the content of one entry that is sensitive: only credentials with a grant of
   * their own for that will open it, though everybody sees the entry, its metadata and its size.
   *
   * @throws io.salvor.engine.error.SalvorException SENSITIVE_NOT_GRANTED
   */
  ContentSink sensitive();

  /** The next entry. */
  void put(Key key, Entry entry) throws IOException;

  /** The entry could not be captured, or not as it should; it counts as failed. */
  void fail(Key key, ErrorCode code, String message);

  /**
   * Where progress goes: phases, expectations, what is being worked on, and whether to go on. What
   * is put and what is written is counted already.
   */
  Progress progress();
}
