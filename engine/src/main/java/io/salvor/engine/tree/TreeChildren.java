package io.salvor.engine.tree;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What lies directly below a key, in order: a directory's listing. For one thread. */
public final class TreeChildren {
  /**
   * One child.
   *
   * @param entry its entry; null if only something below it has one
   */
  public record Child(Key key, @Nullable TreeItem entry) {}

  private final Key parent;
  private final TreeCursor below;

  TreeChildren(Key parent, TreeCursor below) {
    this.parent = parent;
    this.below = below;
  }

  /** Takes the next child; null at the end. */
  public @Nullable Child next() throws IOException {
    TreeItem item = below.next();
    if (item == null) {
      return null;
    }
    Key child = parent.toward(item.key());
    below.skipPast(child);
    return new Child(child, child.equals(item.key()) ? item : null);
  }
}
