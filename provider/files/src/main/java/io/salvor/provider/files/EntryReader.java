package io.salvor.provider.files;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Handle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Sensitivity;
import io.salvor.provider.files.Found.Flaw;
import io.salvor.provider.files.Found.Ready;
import io.salvor.provider.files.Found.Unread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Reads what is no directory. A file is described by what its open handle tells before it is read;
 * when that has changed by the end it is read once more, and when it has changed again, what was
 * read is kept and the entry reported. For any thread.
 */
final class EntryReader {
  private static final int BUFFER = 256 << 10;
  private static final int ATTEMPTS = 3;

  private final Capture capture;
  private final Sensitivity sensitivity;
  private final Metadata metadata;
  private final LinkedContents linked = new LinkedContents();
  private final ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(() -> new byte[BUFFER]);

  EntryReader(Capture capture, Sensitivity sensitivity, Metadata metadata) {
    this.capture = capture;
    this.sensitivity = sensitivity;
    this.metadata = metadata;
  }

  /** Reads one. */
  Ready read(Unread unread, BooleanSupplier stopped) throws IOException {
    Stat stat = unread.stat();
    for (int attempt = 1; ; attempt++) {
      try {
        return readAs(stat, unread, stopped);
      } catch (SourceFailure failure) {
        PosixException e = failure.reason();
        boolean otherKind = e.isWrongKind() || e.is(Errno.EINVAL);
        if (!otherKind || attempt == ATTEMPTS) {
          return Ready.failed(unread.key(), Flaw.of(e));
        }
      }
      // It has become another kind of thing since the walk saw it.
      try {
        stat = unread.dir().dir().stat(unread.name());
      } catch (PosixException e) {
        return Ready.failed(unread.key(), Flaw.of(e));
      }
    }
  }

  private Ready readAs(Stat stat, Unread unread, BooleanSupplier stopped)
      throws IOException, SourceFailure {
    Dir dir = unread.dir().dir();
    return switch (stat.kind()) {
      case FILE -> stat.size() == 0 ? node(stat, unread) : file(unread, stopped);
      case SYMLINK -> symlink(dir, stat, unread);
      case FIFO, SOCKET, BLOCK, CHAR -> node(stat, unread);
      case DIRECTORY ->
          Ready.failed(
              unread.key(),
              new Flaw(
                  ErrorCode.ENTRY_CHANGED, "it became a directory while the source was walked"));
    };
  }

  /** What has no content: neither opened nor waited for. */
  private Ready node(Stat stat, Unread unread) {
    List<Flaw> flaws = new ArrayList<>();
    EntryBuilder entry = metadata.begin(stat);
    metadata.withXattrs(entry, unread.dir().dir(), unread.name(), flaws);
    return new Ready(unread.key(), entry.build(), flaws);
  }

  private Ready symlink(Dir dir, Stat stat, Unread unread) throws SourceFailure {
    List<Flaw> flaws = new ArrayList<>();
    try {
      EntryBuilder entry = metadata.begin(stat).target(dir.readLink(unread.name()));
      metadata.withXattrs(entry, dir, unread.name(), flaws);
      return new Ready(unread.key(), entry.build(), flaws);
    } catch (PosixException e) {
      throw new SourceFailure(e);
    }
  }

  private Ready file(Unread unread, BooleanSupplier stopped) throws IOException, SourceFailure {
    try (FileHandle file = open(unread)) {
      Stat before = stat(file);
      ContentRef known = linked.find(before, sensitivity.of(unread.key()));
      if (known != null) {
        return ready(unread, file, before, new Content(before.size(), known), new ArrayList<>());
      }
      Content content = content(unread, file, before, stopped);
      Stat after = stat(file);
      if (!isSame(before, after)) {
        before = after;
        content = content(unread, file, before, stopped);
        after = stat(file);
      }
      List<Flaw> flaws = new ArrayList<>();
      if (isSame(before, after)) {
        linked.remember(before, content);
      } else {
        flaws.add(
            new Flaw(
                ErrorCode.ENTRY_CHANGED,
                "it was changed while it was read, twice; what was read is kept"));
      }
      return ready(unread, file, before, content, flaws);
    }
  }

  /** The earlier of two looks counts: should the file have changed since, the next backup sees. */
  private Ready ready(
      Unread unread, FileHandle file, Stat stat, Content content, List<Flaw> flaws) {
    EntryBuilder entry = metadata.begin(stat).content(content.size(), content.ref());
    metadata.withXattrs(entry, file, flaws);
    return new Ready(unread.key(), entry.build(), flaws);
  }

  private Content content(Unread unread, FileHandle file, Stat stat, BooleanSupplier stopped)
      throws IOException, SourceFailure {
    if (stat.size() == 0) {
      return new Content(0, ContentRef.EMPTY);
    }
    ContentSink sink = sensitivity.content(capture, unread.key());
    return Content.read(file, stat, sink, buffers.get(), capture.progress(), stopped);
  }

  private static boolean isSame(Stat before, Stat after) {
    return before.size() == after.size()
        && before.mtime().equals(after.mtime())
        && before.ctime().equals(after.ctime());
  }

  private static FileHandle open(Unread unread) throws SourceFailure {
    try {
      return unread.dir().dir().openFile(unread.name());
    } catch (PosixException e) {
      throw new SourceFailure(e);
    }
  }

  private static Stat stat(Handle handle) throws SourceFailure {
    try {
      Stat stat = handle.stat();
      if (stat.kind() != Kind.FILE) {
        throw new IllegalStateException("an open file that is a " + stat.kind());
      }
      return stat;
    } catch (PosixException e) {
      throw new SourceFailure(e);
    }
  }
}
