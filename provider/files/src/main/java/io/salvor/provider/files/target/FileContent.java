package io.salvor.provider.files.target;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes contents. Holes stay holes. What an older file of the same name has at the same place is
 * taken from there, so that only what differs is fetched. Safe for several threads.
 */
final class FileContent {
  private static final int ZEROS = 64 << 10;

  private final BlobSource blobs;
  private final Comparison comparison;
  private final boolean readBack;
  private final Progress progress;
  private final LongConsumer spared;

  /**
   * Writes what these blobs have.
   *
   * @param spared is told of bytes that needed no writing
   */
  FileContent(
      BlobSource blobs,
      Comparison comparison,
      boolean readBack,
      Progress progress,
      LongConsumer spared) {
    this.spared = spared;
    this.blobs = blobs;
    this.comparison = comparison;
    this.readBack = readBack;
    this.progress = progress;
  }

  /**
   * Writes what begins between two offsets.
   *
   * @param old a file that may hold parts of it; null for none
   */
  void write(FileHandle file, Entry wanted, long from, long to, @Nullable FileHandle old)
      throws IOException {
    ContentReader reader = new ContentReader(blobs, wanted.content(), wanted.size());
    if (from > 0) {
      reader.seek(from);
    }
    byte[] buffer = new byte[0];
    for (ContentReader.Placed p = reader.next(); p != null; p = reader.next()) {
      progress.checkCancelled();
      if (p.offset() >= to) {
        return;
      }
      if (p.offset() >= from && p.extent() instanceof Extent.Data data) {
        int length = (int) data.length();
        if ((old != null || readBack) && buffer.length < length) {
          buffer = new byte[length];
        }
        byte[] bytes =
            old != null && comparison.isData(old, p.offset(), data, buffer) ? buffer : fetch(data);
        file.pwrite(p.offset(), bytes, 0, length);
        progress.advance(0, length);
        if (readBack) {
          check(file, p.offset(), bytes == buffer ? bytes.clone() : bytes, length, buffer);
        }
      }
    }
  }

  /** Writes what differs of what begins between two offsets, where it lies. */
  void patch(FileHandle file, Entry wanted, long from, long to) throws IOException {
    ContentReader reader = new ContentReader(blobs, wanted.content(), wanted.size());
    if (from > 0) {
      reader.seek(from);
    }
    byte[] buffer = new byte[0];
    for (ContentReader.Placed p = reader.next(); p != null && p.offset() < to; p = reader.next()) {
      progress.checkCancelled();
      if (p.offset() < from) {
        continue;
      }
      switch (p.extent()) {
        case Extent.Hole(long length) -> clear(file, p.offset(), length);
        case Extent.Data data -> {
          int length = (int) data.length();
          buffer = buffer.length < length ? new byte[length] : buffer;
          if (comparison.isData(file, p.offset(), data, buffer)) {
            spared.accept(length);
          } else {
            byte[] bytes = fetch(data);
            file.pwrite(p.offset(), bytes, 0, length);
            if (readBack) {
              check(file, p.offset(), bytes, length, buffer);
            }
          }
          progress.advance(0, length);
        }
      }
    }
  }

  private static void clear(FileHandle file, long offset, long length) throws IOException {
    // What lies behind the end is cleared by making the file longer.
    long end = Math.min(offset + length, file.stat().size());
    byte[] zeros = new byte[(int) Math.min(ZEROS, Math.max(0, end - offset))];
    for (long at = offset; at < end; ) {
      int part = (int) Math.min(zeros.length, end - at);
      if (!Comparison.isZero(file, at, part)) {
        file.pwrite(at, zeros, 0, part);
      }
      at += part;
    }
  }

  private byte[] fetch(Extent.Data data) throws IOException {
    byte[] bytes = blobs.get(data.kind(), data.id());
    if (bytes.length != data.length()) {
      throw new SalvorException(
          ErrorCode.TREE_DAMAGED,
          "Blob " + data.id() + " is not as long as the tree says",
          bytes.length + " bytes instead of " + data.length(),
          "Run salvor verify --depth full, and restore from another backup or copy");
    }
    return bytes;
  }

  private static void check(
      FileHandle file, long offset, byte[] expected, int length, byte[] buffer) throws IOException {
    int done = 0;
    while (done < length) {
      int read = file.pread(offset + done, buffer, done, length - done);
      if (read < 0) {
        break;
      }
      done += read;
    }
    if (done < length || Arrays.mismatch(buffer, 0, length, expected, 0, length) >= 0) {
      throw new SalvorException(
          ErrorCode.RESTORE_MISMATCH,
          "What was written does not read back",
          "bytes from " + offset + " on are others than were written",
          "Look after the disk, and restore to another one");
    }
  }
}
