package io.salvor.engine.tree;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cursors made of others. */
public final class Cursors {
  private Cursors() {}

  /**
   * All keys of some cursors, each once; where several have a key, the first in the list gives the
   * entry. So the tree of an interrupted backup is laid over that of its parent.
   */
  public static TreeCursor union(List<TreeCursor> cursors) {
    return new Union(List.copyOf(cursors));
  }

  private record Union(List<TreeCursor> cursors) implements TreeCursor {
    @Override
    public @Nullable TreeItem peek() throws IOException {
      TreeItem first = null;
      for (TreeCursor cursor : cursors) {
        TreeItem item = cursor.peek();
        if (item != null && (first == null || item.key().compareTo(first.key()) < 0)) {
          first = item;
        }
      }
      return first;
    }

    @Override
    public @Nullable TreeItem next() throws IOException {
      TreeItem first = peek();
      if (first != null) {
        for (TreeCursor cursor : cursors) {
          TreeItem item = cursor.peek();
          if (item != null && item.key().equals(first.key())) {
            cursor.next();
          }
        }
      }
      return first;
    }

    @Override
    public void skipTo(Key key) throws IOException {
      for (TreeCursor cursor : cursors) {
        cursor.skipTo(key);
      }
    }

    @Override
    public void skipPast(Key key) throws IOException {
      for (TreeCursor cursor : cursors) {
        cursor.skipPast(key);
      }
    }
  }
}
