package io.salvor.engine.journal;

import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The log of one system, as it was read: what has come since does not show, and what was
 * consolidated since may be found no more, so that whoever reads bytes and fails reads it anew. For
 * one thread.
 */
public final class Journal {
  private static final int WINDOW = 1 << 20;
  private static final int KEPT_TAILS = 4;

  private final Repository repository;
  private final LogOrigin origin;
  private final SortedMap<Long, Timeline> timelines = new TreeMap<>();
  private final Map<ObjectName, Tail> opened =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectName, Tail> eldest) {
          return size() > KEPT_TAILS;
        }
      };

  /** Takes bytes in their order. */
  @FunctionalInterface
  public interface Sink {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  Journal(Repository repository, LogOrigin origin) {
    this.repository = repository;
    this.origin = origin;
  }

  Timeline at(long timeline) {
    return timelines.computeIfAbsent(timeline, Timeline::new);
  }

  /** Whose log it is. */
  public LogOrigin origin() {
    return origin;
  }

  /** By number. */
  public SortedMap<Long, Timeline> timelines() {
    return Collections.unmodifiableSortedMap(timelines);
  }

  /**
   * Gives bytes of a timeline; those that lie in several places are compared.
   *
   * @param from the position of the first
   * @param to the position behind the last; all between are in one stretch
   * @throws SalvorException JOURNAL_DAMAGED if two places say different things; a code of damage if
   *     one cannot be read
   * @throws java.nio.file.NoSuchFileException if a tail is gone since the journal was read
   */
  public void read(long timeline, long from, long to, Sink sink, Progress progress)
      throws IOException {
    byte[] window = new byte[(int) Math.min(WINDOW, Math.max(0, to - from))];
    for (long at = from; at < to; ) {
      progress.checkCancelled();
      int length = (int) Math.min(window.length, to - at);
      fill(timeline, at, window, length);
      sink.write(window, 0, length);
      at += length;
    }
  }

  private void fill(long timeline, long at, byte[] window, int length) throws IOException {
    int filled = 0;
    NoSuchFileException gone = null;
    for (Piece piece : at(timeline).pieces(at, at + length)) {
      int first = (int) (Math.max(piece.from(), at) - at);
      int behind = (int) (Math.min(piece.to(), at + length) - at);
      if (first > filled) {
        break;
      }
      byte[] bytes;
      try {
        bytes = bytes(piece, at + first, behind - first);
      } catch (NoSuchFileException e) {
        // A tail that has just been consolidated: the segment is there as well, or will be.
        gone = e;
        continue;
      }
      int both = Math.min(filled, behind) - first;
      if (!Arrays.equals(bytes, 0, both, window, first, first + both)) {
        throw damaged(timeline, at + first, "two captures of it differ there");
      }
      if (behind > filled) {
        System.arraycopy(bytes, both, window, first + both, bytes.length - both);
        filled = behind;
      }
    }
    if (filled < length) {
      if (gone != null) {
        throw gone;
      }
      throw damaged(timeline, at + filled, "nothing was captured there");
    }
  }

  private SalvorException damaged(long timeline, long at, String why) {
    return new SalvorException(
        ErrorCode.JOURNAL_DAMAGED,
        "The journal of " + origin.source() + " cannot be read",
        "on timeline " + timeline + ", at position " + Long.toHexString(at) + ", " + why,
        "Recover to a time before, or put the repository's objects back from a copy");
  }

  private byte[] bytes(Piece piece, long from, int length) throws IOException {
    return switch (piece) {
      case Piece.InTail tail -> {
        int first = (int) (from - tail.from());
        yield Arrays.copyOfRange(open(tail.name()).bytes(), first, first + length);
      }
      case Piece.InSegment segment -> content(segment, from - segment.start(), length);
    };
  }

  private Tail open(ObjectName name) throws IOException {
    Tail known = opened.get(name);
    if (known == null) {
      ObjectId id = ObjectKind.JOURNAL_TAIL.idIn(name).orElseThrow();
      byte[] object = repository.storage().get(name);
      known = Tail.decode(repository.keys().openSmall(ObjectKind.JOURNAL_TAIL, id, object));
      opened.put(name, known);
    }
    return known;
  }

  private byte[] content(Piece.InSegment segment, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    ContentReader reader =
        new ContentReader(repository.blobs(), segment.entry().content(), segment.entry().size());
    reader.seek(offset);
    long end = offset + length;
    for (ContentReader.Placed next = reader.next();
        next != null && next.offset() < end;
        next = reader.next()) {
      long first = Math.max(offset, next.offset());
      long behind = Math.min(end, next.offset() + next.extent().length());
      if (next.extent() instanceof Extent.Data data) {
        byte[] blob = repository.blobs().get(data.kind(), data.id());
        System.arraycopy(
            blob,
            (int) (first - next.offset()),
            bytes,
            (int) (first - offset),
            (int) (behind - first));
      }
    }
    return bytes;
  }
}
