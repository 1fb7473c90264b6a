package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a backup's tree wants, as far as it is selected and can be read. A directory that is not
 * selected itself comes as context, and only when something in it does; so does one whose own entry
 * is lost, with a mode that lets nobody else in.
 */
final class TreeWanted implements Wanted.Cursor {
  private static final int MODE_OF_LOST = 0700;

  private final TreeCursor tree;
  private final Scope scope;
  private final Progress progress;
  private final Problems problems;
  private final UnaryOperator<Entry> becomes;
  private final Deque<Wanted> above = new ArrayDeque<>();
  private final Deque<Wanted> ready = new ArrayDeque<>();
  private final Deque<Key> way = new ArrayDeque<>();
  private boolean lossBefore;
  private boolean anyLoss;

  TreeWanted(
      Tree tree, Scope scope, Progress progress, Problems problems, UnaryOperator<Entry> becomes) {
    this.becomes = becomes;
    this.tree = tree.readable(this::lost);
    this.scope = scope;
    this.progress = progress;
    this.problems = problems;
  }

  private void lost(@Nullable Key after, Key upTo, SalvorException why) {
    lossBefore = true;
    anyLoss = true;
    problems.add(
        upTo.toString(),
        why.code(),
        "the backup's entries up to this one"
            + (after == null ? "" : ", from after " + (after.isRoot() ? "/" : after))
            + ", are lost: "
            + why.getMessage());
  }

  @Override
  public boolean isAfterLoss() {
    return lossBefore;
  }

  @Override
  public @Nullable Wanted next() throws IOException {
    if (ready.isEmpty()) {
      lossBefore = false;
    }
    while (ready.isEmpty()) {
      TreeItem item = tree.peek();
      if (item == null) {
        return null;
      }
      progress.checkCancelled();
      take(item);
    }
    return ready.removeFirst();
  }

  private void take(TreeItem item) throws IOException {
    Key key = item.key();
    Entry entry = read(item);
    if (entry == null) {
      tree.next();
      return;
    }
    boolean directory = entry.kind() == EntryKind.DIRECTORY;
    Verdict verdict = scope.of(key, directory);
    if (verdict == Verdict.LEFT_OUT) {
      tree.skipPast(key);
      return;
    }
    tree.next();
    leave(key, entry);
    boolean taken = verdict == Verdict.TAKEN;
    Wanted wanted = new Wanted(key, entry, !taken, null);
    if (taken) {
      ready.addAll(above);
      above.clear();
      ready.addLast(wanted);
    } else {
      above.addLast(wanted);
    }
    if (directory) {
      way.addLast(key);
    }
  }

  /** Null if its value is lost, which has been told. */
  private @Nullable Entry read(TreeItem item) throws IOException {
    try {
      return becomes.apply(EntryCodec.decode(item.key(), item.value()));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      lossBefore = true;
      anyLoss = true;
      problems.add(item.key().toString(), e.code(), "its entry is lost: " + e.getMessage());
      return null;
    }
  }

  /** Forgets directories that the walk has left, and makes up for those that are lost. */
  private void leave(Key key, Entry entry) {
    while (!above.isEmpty() && !above.getLast().key().covers(key)) {
      above.removeLast();
    }
    while (!way.isEmpty() && !way.getLast().covers(key)) {
      way.removeLast();
    }
    if (!anyLoss || key.isRoot()) {
      return;
    }
    List<Key> missing = new ArrayList<>();
    Key last = way.peekLast();
    for (Key at = key.parent(); last == null || !at.equals(last); at = at.parent()) {
      missing.add(at);
      if (at.isRoot()) {
        break;
      }
    }
    for (Key at : missing.reversed()) {
      Entry made =
          Entry.builder(EntryKind.DIRECTORY)
              .mode(MODE_OF_LOST)
              .mtime(entry.mtime())
              .user(entry.user())
              .group(entry.group())
              .build();
      above.addLast(new Wanted(at, made, true, null));
      way.addLast(at);
    }
  }
}
