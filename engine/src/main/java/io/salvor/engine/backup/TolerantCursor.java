package io.salvor.engine.backup;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tree of an earlier backup as far as it can be read. Where it is damaged it ends: what follows
 * is read from the source again, for a damaged backup must not prevent the next one.
 */
final class TolerantCursor implements TreeCursor {
  private final TreeCursor cursor;
  private final Consumer<SalvorException> damage;
  private boolean broken;

  /** A cursor that tells {@code damage} once, and goes on as if the tree had ended. */
  TolerantCursor(TreeCursor cursor, Consumer<SalvorException> damage) {
    this.cursor = cursor;
    this.damage = damage;
  }

  private interface Step {
    @Nullable TreeItem take() throws IOException;
  }

  private @Nullable TreeItem unlessBroken(Step step) throws IOException {
    if (broken) {
      return null;
    }
    try {
      return step.take();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      broken = true;
      damage.accept(e);
      return null;
    }
  }

  @Override
  public @Nullable TreeItem peek() throws IOException {
    return unlessBroken(cursor::peek);
  }

  @Override
  public @Nullable TreeItem next() throws IOException {
    return unlessBroken(cursor::next);
  }

  @Override
  public void skipTo(Key key) throws IOException {
    unlessBroken(
        () -> {
          cursor.skipTo(key);
          return null;
        });
  }

  @Override
  public void skipPast(Key key) throws IOException {
    unlessBroken(
        () -> {
          cursor.skipPast(key);
          return null;
        });
  }
}
