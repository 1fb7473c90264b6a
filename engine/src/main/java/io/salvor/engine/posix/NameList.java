package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Names of a directory, kept as plain bytes: about seven bytes more per name than the name itself,
 * so that a million of them take some tens of MiB and next to no objects. Not for several threads
 * at once, but read-only use is safe once {@link #sort} has been called or is not wanted.
 */
public final class NameList implements Iterable<byte[]> {

  /** Chunks hold whole records: kind (1 byte), length (2 bytes), name. */
  private static final int CHUNK_BITS = 16;

  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int HEADER = 3;
  private static final int RUN = 12;

  private final List<byte[]> chunks = new ArrayList<>();
  private byte[] last = new byte[0];
  private int lastEnd;
  private int[] at = new int[16];
  private int size;

  NameList() {}

  /** Appends a name; a kind that is not known is null. */
  void add(MemorySegment from, long offset, int length, @Nullable Kind kind) {
    int record = HEADER + length;
    if (record > CHUNK) {
      throw new IllegalArgumentException("name of " + length + " bytes");
    }
    if (lastEnd + record > last.length) {
      grow(record);
    }
    if (size == at.length) {
      at = Arrays.copyOf(at, size + (size >> 1));
    }
    at[size++] = ((chunks.size() - 1) << CHUNK_BITS) | lastEnd;
    last[lastEnd] = (byte) (kind == null ? 0 : kind.directoryType());
    last[lastEnd + 1] = (byte) (length >>> 8);
    last[lastEnd + 2] = (byte) length;
    MemorySegment.copy(from, JAVA_BYTE, offset, last, lastEnd + HEADER, length);
    lastEnd += record;
  }

  private void grow(int record) {
    // The first chunk starts small and doubles, for most directories have few names.
    if (chunks.size() == 1 && last.length < CHUNK) {
      int length = Math.min(CHUNK, Math.max(last.length * 2, lastEnd + record));
      if (lastEnd + record <= length) {
        last = Arrays.copyOf(last, length);
        chunks.set(0, last);
        return;
      }
    }
    last = new byte[chunks.isEmpty() ? Math.max(256, record) : CHUNK];
    lastEnd = 0;
    chunks.add(last);
  }

  /** Number of names. */
  public int size() {
    return size;
  }

  /** Memory it takes, in bytes. */
  long bytes() {
    return (long) CHUNK * chunks.size() + 4L * at.length;
  }

  /** A copy of a name. */
  public byte[] get(int index) {
    int position = position(index);
    byte[] chunk = chunk(position);
    int start = start(position);
    return Arrays.copyOfRange(chunk, start, start + length(chunk, start));
  }

  /** What the directory says the name is, a hint only; null where it does not say. */
  public @Nullable Kind kindHint(int index) {
    int position = position(index);
    return Kind.ofDirectoryType(chunk(position)[position & (CHUNK - 1)]);
  }

  /**
   * Orders the names as {@link RawNames#compare} does, in place, and returns this list. A name that
   * was listed twice is kept once: some file systems show one that is removed and made again
   * meanwhile at both its places.
   */
  public NameList sort() {
    sort(0, size, new int[(size + 1) / 2]);
    int kept = Math.min(size, 1);
    for (int i = 1; i < size; i++) {
      if (compare(at[kept - 1], at[i]) != 0) {
        at[kept++] = at[i];
      }
    }
    size = kept;
    return this;
  }

  /** Names in their present order; each a copy. */
  @Override
  public Iterator<byte[]> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size;
      }

      @Override
      public byte[] next() {
        if (next >= size) {
          throw new NoSuchElementException();
        }
        return get(next++);
      }
    };
  }

  /** Merge sort: no worst case for names chosen by an enemy, and half an index of memory. */
  private void sort(int from, int to, int[] scratch) {
    if (to - from <= RUN) {
      for (int i = from + 1; i < to; i++) {
        int moving = at[i];
        int j = i;
        while (j > from && compare(at[j - 1], moving) > 0) {
          at[j] = at[j - 1];
          j--;
        }
        at[j] = moving;
      }
      return;
    }
    int middle = (from + to) >>> 1;
    sort(from, middle, scratch);
    sort(middle, to, scratch);
    if (compare(at[middle - 1], at[middle]) <= 0) {
      return;
    }
    int left = middle - from;
    System.arraycopy(at, from, scratch, 0, left);
    int i = 0;
    int j = middle;
    int out = from;
    while (i < left && j < to) {
      at[out++] = compare(scratch[i], at[j]) <= 0 ? scratch[i++] : at[j++];
    }
    System.arraycopy(scratch, i, at, out, left - i);
  }

  private int compare(int a, int b) {
    byte[] chunkA = chunk(a);
    byte[] chunkB = chunk(b);
    int startA = start(a);
    int startB = start(b);
    return Arrays.compareUnsigned(
        chunkA,
        startA,
        startA + length(chunkA, startA),
        chunkB,
        startB,
        startB + length(chunkB, startB));
  }

  private int position(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    return at[index];
  }

  private byte[] chunk(int position) {
    return chunks.get(position >>> CHUNK_BITS);
  }

  private static int start(int position) {
    return (position & (CHUNK - 1)) + HEADER;
  }

  private static int length(byte[] chunk, int start) {
    return (chunk[start - 2] & 0xff) << 8 | (chunk[start - 1] & 0xff);
  }
}
