package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a backup's tree wants, as far as it is selected. A directory that is not selected itself
 * comes as context, and only when something in it does.
 */
final class TreeWanted implements Wanted.Cursor {
  private final TreeCursor tree;
  private final Scope scope;
  private final Progress progress;
  private final Deque<Wanted> above = new ArrayDeque<>();
  private final Deque<Wanted> ready = new ArrayDeque<>();

  TreeWanted(TreeCursor tree, Scope scope, Progress progress) {
    this.tree = tree;
    this.scope = scope;
    this.progress = progress;
  }

  @Override
  public @Nullable Wanted next() throws IOException {
    while (ready.isEmpty()) {
      TreeItem item = tree.peek();
      if (item == null) {
        return null;
      }
      progress.checkCancelled();
      Key key = item.key();
      Entry entry = EntryCodec.decode(key, item.value());
      boolean directory = entry.kind() == EntryKind.DIRECTORY;
      switch (scope.of(key, directory)) {
        case LEFT_OUT -> tree.skipPast(key);
        case SEARCHED -> {
          tree.next();
          leave(key);
          above.addLast(new Wanted(key, entry, true, null));
        }
        case TAKEN -> {
          tree.next();
          leave(key);
          ready.addAll(above);
          above.clear();
          ready.addLast(new Wanted(key, entry, false, null));
        }
      }
    }
    return ready.removeFirst();
  }

  /** Forgets directories that hold nothing selected, for the walk has left them. */
  private void leave(Key key) {
    while (!above.isEmpty() && !above.getLast().key().covers(key)) {
      above.removeLast();
    }
  }
}
