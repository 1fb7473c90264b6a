package io.salvor.provider.files.target;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Extent;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.Step;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Captures what a plan is going to change or delete. Of the files with several names it remembers
 * those read last, so that its memory is bounded: a name that comes later is read once more, and
 * its blobs are known by then.
 */
final class UndoCapture implements Source {
  private static final int BUFFER = 1 << 20;
  private static final int MOST_LINKED = 4096;

  private final TargetRoot root;
  private final PlanFile plan;
  private final boolean known;
  private final LiveEntries entries;
  private final Map<Inode, Entry> linked =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Inode, io.salvor.engine.entry.Entry> eldest) {
          return size() > MOST_LINKED;
        }
      };
  private final byte[] buffer = new byte[BUFFER];

  UndoCapture(TargetRoot root, PlanFile plan, boolean known, LiveEntries entries) {
    this.root = root;
    this.plan = plan;
    this.known = known;
    this.entries = entries;
  }

  @Override
  public String provider() {
    return "files";
  }

  @Override
  public String address() {
    return root.display();
  }

  @Override
  public List<byte[]> paths() {
    return List.of(root.display().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<Warning> warnings() {
    return List.of();
  }

  @Override
  public void capture(Capture capture) throws IOException {
    Dir dir = root.open();
    if (dir == null) {
      return;
    }
    try (DirPool pool = new DirPool(dir, root.inPlace());
        PlanFile.Steps steps = plan.steps()) {
      NodePath way = new NodePath(pool, DirPool.Node::leave);
      for (Step step = steps.next(); step != null; step = steps.next()) {
        capture.progress().checkCancelled();
        if (step.applies() && step.live() != null) {
          one(capture, way, step, step.live());
        }
      }
    }
  }

  private void one(Capture capture, NodePath way, Step step, LiveItem planned) throws IOException {
    Key key = step.key();
    try {
      DirPool.Node node = way.to(key.isRoot() ? key : key.parent());
      Dir dir = node.enter();
      try {
        LiveItem now = key.isRoot() ? entries.look(key, dir) : entries.look(key, dir, key.name());
        if (now != null) {
          capture.put(key, content(capture, step, planned, now, dir));
        }
      } finally {
        node.exit();
      }
    } catch (PosixException e) {
      if (!e.isNotFound()) {
        capture.fail(key, ErrorCode.ENTRY_UNREADABLE, String.valueOf(e.getMessage()));
      }
      // What has gone since the plan was made will be reported as moved when it is applied.
    } catch (DirPool.ReplacedException _) {
      // Likewise.
    }
  }

  private Entry content(Capture capture, Step step, LiveItem planned, LiveItem now, Dir dir)
      throws IOException {
    Entry entry = now.entry();
    if (entry.kind() != EntryKind.FILE || entry.size() == 0) {
      return entry;
    }
    EntryBuilder builder = entry.toBuilder();
    Entry wanted = step.wanted();
    if (known
        && wanted != null
        && wanted.kind() == EntryKind.FILE
        && keepsContent(step.change())
        && planned.fingerprint().equals(now.fingerprint())) {
      return builder.content(wanted.size(), wanted.content()).build();
    }
    Inode inode = Inode.of(entry);
    // What is known to be sensitive in the backup is so in what it replaces.
    boolean sensitive = wanted != null && wanted.isSensitive();
    Entry before = inode == null ? null : linked.get(inode);
    if (before != null && before.size() == entry.size() && before.isSensitive() == sensitive) {
      return builder.content(before.size(), before.content()).build();
    }
    try (FileHandle file = dir.openFile(step.key().name())) {
      ContentSink sink = sensitive ? capture.sensitive() : capture.content();
      long size = read(file, sink);
      ContentRef ref = size == 0 ? ContentRef.EMPTY : sink.finish();
      Entry whole = builder.content(size, ref).build();
      if (inode != null) {
        linked.put(inode, whole);
      }
      return whole;
    }
  }

  /** A file with several names; other file systems below the target have inodes of their own. */
  private record Inode(long device, long number) {
    static @Nullable Inode of(Entry entry) {
      return entry.links() instanceof HardLinks(long device, long _)
              && entry.inode() instanceof Long number
          ? new Inode(device, number)
          : null;
    }
  }

  private static boolean keepsContent(Change change) {
    return change instanceof Change.Update(Set<EntryField> fields)
        && !fields.contains(EntryField.CONTENT)
        && !fields.contains(EntryField.SIZE)
        && !fields.contains(EntryField.KIND);
  }

  private long read(FileHandle file, ContentSink sink) throws IOException {
    Stat stat = file.stat();
    long size = stat.size();
    long at = 0;
    while (at < size) {
      @Nullable Extent data = file.nextData(at);
      if (data == null || data.offset() >= size) {
        sink.hole(size - at);
        return size;
      }
      if (data.offset() > at) {
        sink.hole(data.offset() - at);
        at = data.offset();
      }
      long end = Math.min(size, data.end());
      while (at < end) {
        int read = file.pread(at, buffer, 0, (int) Math.min(buffer.length, end - at));
        if (read < 0) {
          return at;
        }
        sink.write(buffer, 0, read);
        at += read;
      }
    }
    return at;
  }

  @Override
  public void close() {}
}
