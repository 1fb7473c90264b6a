package io.salvor.cli.command;

import io.salvor.cli.command.ExportCommand.Compression;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreReport.Problem;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.tar.TarWriter;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes the entries of one backup as a tar, and remembers what it could not write. */
final class TarExport {
  private static final int BUFFER = 1 << 18;
  private static final int LEVEL = 3;

  private final Repository repository;
  private final Backup backup;
  private final Scope scope;
  private final Progress progress;
  private final List<Problem> problems = new ArrayList<>();
  private long entries;
  private long bytes;

  TarExport(Repository repository, Backup backup, Scope scope, Progress progress) {
    this.repository = repository;
    this.backup = backup;
    this.scope = scope;
    this.progress = progress;
  }

  /** Writes all of it, and leaves {@code to} open. */
  void write(OutputStream to, Compression compression, String name) throws IOException {
    progress.phase("export");
    progress.expect(backup.manifest().entries().total(), backup.manifest().bytes().logical());
    OutputStream buffered = new BufferedOutputStream(to, BUFFER);
    switch (compression) {
      case NONE -> tar(buffered);
      case GZIP -> {
        GZIPOutputStream gzip = new GZIPOutputStream(buffered, BUFFER);
        tar(gzip);
        gzip.finish();
      }
      case ZIP -> {
        ZipOutputStream zip = new ZipOutputStream(buffered);
        zip.putNextEntry(
            new ZipEntry(name.replaceFirst("\\.zip$", "").replaceFirst("(\\.tar)?$", ".tar")));
        tar(zip);
        zip.closeEntry();
        zip.finish();
      }
      case ZSTD -> {
        // Closing is the only way to end its last frame.
        OutputStream open =
            new java.io.FilterOutputStream(buffered) {
              @Override
              public void write(byte[] some, int offset, int length) throws IOException {
                out.write(some, offset, length);
              }

              @Override
              public void close() throws IOException {
                flush();
              }
            };
        try (OutputStream zstd = Zstd.stream(open, LEVEL)) {
          tar(zstd);
        }
      }
    }
    buffered.flush();
  }

  private void tar(OutputStream out) throws IOException {
    TreeCursor tree =
        repository
            .tree(backup.manifest().root())
            .readable(
                (after, upTo, why) ->
                    problem(
                        upTo, why.code(), "entries up to this one are lost: " + why.getMessage()));
    Deque<Pending> above = new ArrayDeque<>();
    try (TarWriter tar = new TarWriter(out, repository.blobs())) {
      for (TreeItem item = tree.peek(); item != null; item = tree.peek()) {
        progress.checkCancelled();
        Key key = item.key();
        Entry entry = EntryCodec.decode(key, item.value());
        Verdict verdict = scope.of(key, entry.kind() == EntryKind.DIRECTORY);
        if (verdict == Verdict.LEFT_OUT) {
          tree.skipPast(key);
          continue;
        }
        tree.next();
        while (!above.isEmpty() && !above.getLast().key().covers(key)) {
          above.removeLast();
        }
        if (verdict == Verdict.SEARCHED) {
          above.addLast(new Pending(key, entry));
          continue;
        }
        for (Pending pending : above) {
          add(tar, pending.key(), pending.entry());
        }
        above.clear();
        add(tar, key, entry);
      }
      tar.finish();
      bytes = tar.written();
    }
  }

  /** A directory that is only there for what is selected in it. */
  private record Pending(Key key, Entry entry) {}

  private void add(TarWriter tar, Key key, Entry entry) throws IOException {
    long before = tar.written();
    try {
      if (tar.add(key, entry)) {
        entries++;
      } else {
        problem(
            key,
            ErrorCode.ENTRY_UNSUPPORTED,
            "a " + EntryText.kind(entry.kind()) + " has no place in a tar");
      }
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.SENSITIVE_NOT_GRANTED && tar.written() == before) {
        problem(
            key,
            ErrorCode.ENTRY_SENSITIVE,
            "its content is sensitive, which this credential does not open");
        return;
      }
      if (!e.code().isDamage() || tar.written() != before) {
        throw e;
      }
      problem(key, e.code(), "its content is lost: " + e.getMessage());
    }
    progress.advance(1, entry.size());
  }

  private void problem(Key key, ErrorCode code, String message) {
    if (problems.size() < RestoreReport.MAX_PROBLEMS) {
      problems.add(new Problem(key.toString(), code, message));
    }
  }

  List<Problem> problems() {
    return problems;
  }

  /** The code that tells how bad it is, null if everything is in the archive. */
  @Nullable ErrorCode worst() {
    return RestoreReport.worst(problems);
  }

  long entries() {
    return entries;
  }

  /** Of the tar, before compression. */
  long bytes() {
    return bytes;
  }
}
