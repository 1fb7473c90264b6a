package io.salvor.provider.files.target;

import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.tree.Key;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The cursor of a target that is not there. */
final class NothingLive implements LiveCursor {
  static final LiveCursor CURSOR = new NothingLive();

  private NothingLive() {}

  @Override
  public @Nullable Key peek() {
    return null;
  }

  @Override
  public @Nullable LiveItem take() {
    return null;
  }

  @Override
  public boolean holds(BiPredicate<Key, Boolean> test) {
    return false;
  }

  @Override
  public void prune() {}

  @Override
  public void skip() {}

  @Override
  public void close() {}
}
