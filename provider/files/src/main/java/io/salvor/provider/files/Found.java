package io.salvor.provider.files;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.tree.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the walk has come upon at one key. */
sealed interface Found {
  /** Where. */
  Key key();

  /** Whether it is known to be a directory. */
  default boolean isDirectory() {
    return this instanceof Ready ready
        && ready.entry() != null
        && ready.entry().kind() == EntryKind.DIRECTORY;
  }

  /**
   * Nothing is left to do.
   *
   * @param entry null if there is nothing to keep
   * @param flaws what could not be captured, or not as it should
   */
  record Ready(Key key, @Nullable Entry entry, List<Flaw> flaws) implements Found {
    static Ready of(Key key, Entry entry) {
      return new Ready(key, entry, List.of());
    }

    static Ready failed(Key key, Flaw flaw) {
      return new Ready(key, null, List.of(flaw));
    }
  }

  /** No directory, and new or changed: still to be read. */
  record Unread(Key key, SharedDir dir, byte[] name, Stat stat) implements Found {}

  /** Something that could not be captured, or not as it should. */
  record Flaw(ErrorCode code, String message) {
    /** What a failed call to the system means for the entry. */
    static Flaw of(PosixException e) {
      return new Flaw(
          e.isNotFound() ? ErrorCode.ENTRY_VANISHED : ErrorCode.ENTRY_UNREADABLE,
          String.valueOf(e.getMessage()));
    }
  }
}
