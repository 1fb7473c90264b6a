package io.salvor.provider.postgresql.logical;

import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.UnreadableException;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What a database holds, key by key; the rows of a table are read when it is taken. */
final class DatabaseCursor implements LiveCursor {
  private final @Nullable LiveDatabase live;
  private final NavigableSet<Key> keys;
  private final Progress progress;
  private final End end;

  /** Ends a look. */
  interface End {
    void end() throws IOException;
  }

  /**
   * A cursor.
   *
   * @param rowsOnly whether nothing is shown of what tables are made of, as if it were not there
   * @param end ends the look at the database
   */
  DatabaseCursor(@Nullable LiveDatabase live, boolean rowsOnly, Progress progress, End end) {
    this.end = end;
    this.live = live;
    this.keys = live == null ? new TreeSet<>() : live.keys();
    if (rowsOnly && live != null) {
      keys.removeIf(key -> live.table(key) == null);
    }
    this.progress = progress;
  }

  @Override
  public @Nullable Key peek() {
    return keys.isEmpty() ? null : keys.first();
  }

  @Override
  public @Nullable LiveItem take() throws IOException {
    Key key = keys.pollFirst();
    if (key == null || live == null) {
      return null;
    }
    progress.current(key.toString());
    Sessions.run(live.connection(), "SAVEPOINT look");
    try {
      LiveItem item = live.item(key, progress);
      Sessions.run(live.connection(), "RELEASE SAVEPOINT look");
      return item;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(live.connection(), "ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look");
      throw new UnreadableException(Troubles.said(e), e);
    }
  }

  /** Nothing lies below anything. */
  @Override
  public void prune() {}

  @Override
  public boolean holds(BiPredicate<Key, Boolean> test) {
    return false;
  }

  @Override
  public void skip() {
    keys.pollFirst();
  }

  /** Nothing is held while a person thinks about the plan. */
  @Override
  public void close() throws IOException {
    end.end();
  }
}
