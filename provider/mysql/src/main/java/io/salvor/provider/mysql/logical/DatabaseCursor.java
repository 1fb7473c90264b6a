package io.salvor.provider.mysql.logical;

import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.UnreadableException;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.ServerError;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What a server holds, key by key; the rows of a table are read when it is taken. */
final class DatabaseCursor implements LiveCursor {
  private final LiveDatabases live;
  private final NavigableSet<Key> keys;
  private final Progress progress;

  DatabaseCursor(LiveDatabases live, Progress progress) {
    this.live = live;
    this.keys = live.keys();
    this.progress = progress;
  }

  @Override
  public @Nullable Key peek() {
    return keys.isEmpty() ? null : keys.first();
  }

  @Override
  public @Nullable LiveItem take() throws IOException {
    Key key = keys.pollFirst();
    if (key == null) {
      return null;
    }
    progress.current(key.toString());
    try {
      return live.item(key, progress);
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      throw new UnreadableException(e.said(), e);
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

  /** Nothing is held up while somebody thinks about what was found. */
  @Override
  public void close() {
    live.close();
  }
}
