package io.salvor.provider.files.target;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.restore.DataIds;
import io.salvor.engine.restore.LiveItem;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Tells live files from wanted ones, exactly. Safe for several threads. */
final class Comparison {
  private static final int PIECE = 256 << 10;

  private final BlobSource blobs;
  private final DataIds ids;
  private final boolean owners;

  /**
   * Compares by a repository's blobs.
   *
   * @param owners whether owners can be set, and so count
   */
  Comparison(BlobSource blobs, DataIds ids, boolean owners) {
    this.blobs = blobs;
    this.ids = ids;
    this.owners = owners;
  }

  /** What differs beside the content and the names of one file. */
  Set<EntryField> metadata(Entry live, Entry wanted) {
    Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
    if (live.kind() != wanted.kind()) {
      fields.add(EntryField.KIND);
      return fields;
    }
    fields.addAll(wanted.differences(live));
    fields.remove(EntryField.CONTENT);
    fields.remove(EntryField.LINKS);
    // Names of owners may be others on another machine; what is set is the numbers.
    if (!owners || live.user().id() == wanted.user().id()) {
      fields.remove(EntryField.OWNER);
    }
    if (!owners || live.group().id() == wanted.group().id()) {
      fields.remove(EntryField.GROUP);
    }
    if (live.kind() == EntryKind.SYMLINK) {
      // Links have no mode of their own.
      fields.remove(EntryField.MODE);
    }
    if (fields.contains(EntryField.SIZE)) {
      fields.add(EntryField.CONTENT);
    }
    return fields;
  }

  /**
   * Whether a live file is the very one that was captured, untouched since: nothing but the system
   * sets a ctime.
   */
  static boolean isUntouched(LiveItem live, Entry wanted) {
    Entry now = live.entry();
    return now.size() == wanted.size()
        && wanted.ctime() != null
        && wanted.inode() != null
        && Objects.equals(now.ctime(), wanted.ctime())
        && Objects.equals(now.inode(), wanted.inode())
        && now.mtime().equals(wanted.mtime());
  }

  /** Whether a file has this content: its bytes, not how its holes lie. */
  boolean sameContent(FileHandle file, Entry wanted) throws IOException {
    if (file.stat().size() != wanted.size()) {
      return false;
    }
    ContentReader reader = new ContentReader(blobs, wanted.content(), wanted.size());
    byte[] buffer = new byte[0];
    for (ContentReader.Placed p = reader.next(); p != null; p = reader.next()) {
      switch (p.extent()) {
        case Extent.Hole(long length) -> {
          if (!isZero(file, p.offset(), length)) {
            return false;
          }
        }
        case Extent.Data data -> {
          int length = (int) data.length();
          if (buffer.length < length) {
            buffer = new byte[length];
          }
          if (!isData(file, p.offset(), data, buffer)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** Whether the file's bytes at an offset are those of a blob; then they are in the buffer. */
  boolean isData(FileHandle file, long offset, Extent.Data data, byte[] buffer) throws IOException {
    int length = (int) data.length();
    int done = 0;
    while (done < length) {
      int read = file.pread(offset + done, buffer, done, length - done);
      if (read < 0) {
        return false;
      }
      done += read;
    }
    return ids.of(data.kind(), buffer, 0, length).equals(data.id());
  }

  /** Whether a stretch of a file is zeros or lies in holes. */
  static boolean isZero(FileHandle file, long offset, long length) throws IOException {
    long end = offset + length;
    byte[] buffer = new byte[(int) Math.min(length, PIECE)];
    long at = offset;
    while (at < end) {
      io.salvor.engine.posix.Extent data = file.nextData(at);
      if (data == null || data.offset() >= end) {
        return true;
      }
      at = Math.max(at, data.offset());
      long until = Math.min(end, data.end());
      while (at < until) {
        int read = file.pread(at, buffer, 0, (int) Math.min(buffer.length, until - at));
        if (read < 0) {
          return false;
        }
        for (int i = 0; i < read; i++) {
          if (buffer[i] != 0) {
            return false;
          }
        }
        at += read;
      }
    }
    return true;
  }
}
