package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.UnreadableException;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at single entries of a target, beside the walk through all of it. For one thread. */
final class Looking {
  private final Comparison comparison;
  private final LiveEntries entries;
  private final NodePath way;

  Looking(DirPool pool, Comparison comparison, LiveEntries entries) throws PosixException {
    this.comparison = comparison;
    this.entries = entries;
    this.way = new NodePath(pool, DirPool.Node::leave);
  }

  /** As {@link FilesTarget#compare}. */
  Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException {
    Set<EntryField> fields = comparison.metadata(live.entry(), wanted);
    if (wanted.kind() == EntryKind.FILE
        && !fields.contains(EntryField.KIND)
        && !fields.contains(EntryField.CONTENT)
        && wanted.size() > 0
        && !Comparison.isUntouched(live, wanted)
        && !sameContent(live.key(), wanted, false)) {
      fields.add(EntryField.CONTENT);
    }
    return fields;
  }

  /** As {@link FilesTarget#requireReadable}. */
  void requireReadable(LiveItem live) throws IOException {
    if (live.entry().kind() != EntryKind.FILE || live.entry().size() == 0) {
      return;
    }
    DirPool.Node node = way.to(live.key().parent());
    try {
      Dir dir = node.enter();
      try {
        dir.openFile(live.key().name()).close();
      } finally {
        node.exit();
      }
    } catch (PosixException e) {
      if (e.isPermission()) {
        throw new UnreadableException(String.valueOf(e.getMessage()), e);
      }
      // What has gone or become something else is told when the plan is applied.
    } catch (DirPool.ReplacedException _) {
      // Likewise.
    }
  }

  private boolean sameContent(Key key, Entry wanted, boolean fromDevice) throws IOException {
    try {
      DirPool.Node node = way.to(key.parent());
      Dir dir = node.enter();
      try (FileHandle file = dir.openFile(key.name())) {
        if (fromDevice) {
          file.dontNeed(0, 0);
        }
        return comparison.sameContent(file, wanted);
      } finally {
        node.exit();
      }
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind()) {
        return false;
      }
      if (e.isPermission()) {
        throw new UnreadableException(String.valueOf(e.getMessage()), e);
      }
      throw e;
    } catch (DirPool.ReplacedException e) {
      return false;
    }
  }

  /** As {@link FilesTarget#verify}. */
  Set<EntryField> verify(Key key, Entry wanted) throws IOException {
    LiveItem live = look(key);
    if (live == null) {
      return EnumSet.of(EntryField.KIND);
    }
    Set<EntryField> fields = comparison.metadata(live.entry(), wanted);
    // What a file system cannot keep has been told when it was written.
    fields.retainAll(
        EnumSet.of(EntryField.KIND, EntryField.SIZE, EntryField.CONTENT, EntryField.TARGET));
    if (wanted.kind() == EntryKind.FILE && fields.isEmpty() && !sameContent(key, wanted, true)) {
      fields.add(EntryField.CONTENT);
    }
    return fields;
  }

  private @Nullable LiveItem look(Key key) throws IOException {
    try {
      DirPool.Node node = way.to(key.isRoot() ? key : key.parent());
      Dir dir = node.enter();
      try {
        return key.isRoot() ? entries.look(key, dir) : entries.look(key, dir, key.name());
      } finally {
        node.exit();
      }
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind() || e.is(Errno.EFBIG)) {
        return null;
      }
      throw e;
    } catch (DirPool.ReplacedException e) {
      return null;
    }
  }
}
