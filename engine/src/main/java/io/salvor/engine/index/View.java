package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.Pool;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.posix.MappedAdvice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A view's file, mapped: blobs of some segments sorted by id behind a filter. Never changed once it
 * has its name. Every page and filter block is checked each time it is read.
 */
final class View {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final Pool<byte[]> PAGES = new Pool<>(() -> new byte[Page.SIZE]);
  private static final Pool<long[]> BLOCKS = new Pool<>(() -> new long[Filter.BLOCK / 8]);

  // A view of fewer bytes may well be read as a whole.
  private static final long SMALL = 8 << 20;

  // Who goes through rows has so many bytes of them brought at once.
  private static final long AHEAD = 1 << 20;

  /** Sees rows with their numbers, from 0; says whether it has seen enough. */
  interface Rows {
    boolean see(long row, byte[] page, int at);
  }

  private final Path path;
  private final ViewHead head;
  private final List<ViewHead.Segment> segments;
  private final MemorySegment bytes;

  // Of each page of blobs that was read the first word of its first id, else 0: so that most
  // lookups
  // read the one page that they need.
  private final long[] fences;

  // As far as they were asked for.
  private final @Nullable ObjectId[] packIds;

  private View(Path path, ViewHead head, List<ViewHead.Segment> segments, MemorySegment bytes) {
    this.path = path;
    this.head = head;
    this.segments = segments;
    this.bytes = bytes;
    this.packIds = new ObjectId[head.packs()];
    this.fences = new long[Math.toIntExact(ViewHead.pages(head.blobs(), Page.ROWS))];
  }

  /**
   * Maps a view.
   *
   * @throws ViewDamagedException if it is none, or of another version, or cut off
   */
  static View open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < Page.SIZE) {
        throw new ViewDamagedException(path, "cut off");
      }
      // Unmapped when nobody can reach it any more: others may be reading when it is replaced.
      MemorySegment map = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
      if (size > SMALL) {
        MappedAdvice.random(map);
      }
      ViewHead head = ViewHead.decode(copy(path, map, 0, Page.SIZE));
      if (head == null || head.fileSize() != size) {
        throw new ViewDamagedException(path, "cut off, damaged, or of another version");
      }
      byte[] list = copy(path, map, head.segmentPage() * Page.SIZE, head.segmentBytes());
      if (Page.checksum(list, 0, list.length) != head.segmentCheck()) {
        throw new ViewDamagedException(path, "the list of segments is damaged");
      }
      return new View(path, head, ViewHead.decodeSegments(list), map);
    }
  }

  Path path() {
    return path;
  }

  long blobs() {
    return head.blobs();
  }

  int packs() {
    return head.packs();
  }

  /** The random number of its file, which no other view has. */
  long file() {
    return head.file();
  }

  List<ViewHead.Segment> segments() {
    return segments;
  }

  /** Whether the blob may be here; false is certain. */
  boolean mayContain(BlobId id) {
    long block = Filter.block(id.a(), head.blocks());
    long[] words = BLOCKS.take();
    try {
      long from = head.filterPage() * Page.SIZE + block * Filter.BLOCK;
      for (int i = 0; i < words.length; i++) {
        words[i] = bytes.get(LONG, from + i * 8L);
      }
      if (words[words.length - 1] != Filter.check(words, head.file(), block)) {
        throw new ViewDamagedException(path, "block " + block + " of the filter is damaged");
      }
      return Filter.mayContain(words, id);
    } catch (InternalError e) {
      throw new ViewDamagedException(path, e);
    } finally {
      BLOCKS.give(words);
    }
  }

  /** A page that was read last: who asks in the order of ids finds the next one in it, or near. */
  static final class Finger {
    private final byte[] page = new byte[Page.SIZE];
    private long number = -1;
    private int count;

    /** Whether the first row of an id is in this page if it is anywhere. */
    private boolean holds(BlobId id) {
      return number >= 0
          && Row.compare(page, Page.row(0), id) < 0
          && Row.compare(page, Page.row(count - 1), id) >= 0;
    }
  }

  /** Shows every row of a blob until enough was seen. */
  void find(BlobId id, Rows rows) {
    byte[] page = PAGES.take();
    try {
      long at = locate(id, page);
      if (at >= 0) {
        long _ = find(id, rows, page, at);
      }
    } finally {
      PAGES.give(page);
    }
  }

  /** The same, beginning where the last one has ended. */
  void find(BlobId id, Rows rows, Finger finger) {
    long at = finger.holds(id) ? finger.number : -1;
    finger.number = -1;
    at = at < 0 ? locate(id, finger.page) : at;
    if (at >= 0) {
      finger.number = find(id, rows, finger.page, at);
      finger.count = Page.rows(finger.page);
    }
  }

  /** From a page that was read on; the page that was read last. */
  private long find(BlobId id, Rows rows, byte[] page, long from) {
    long at = from;
    long last = ViewHead.pages(head.blobs(), Page.ROWS) - 1;
    int count = Page.rows(page);
    int place = firstNotBelow(page, count, id);
    while (Row.compare(page, Page.row(place), id) == 0) {
      if (rows.see(at * Page.ROWS + place, page, Page.row(place))) {
        return at;
      }
      place++;
      if (place == count) {
        if (at == last) {
          return at;
        }
        at++;
        count = readBlobs(page, at);
        place = 0;
      }
    }
    return at;
  }

  /**
   * The first page whose last row is not below the id, if it may hold it, and then read; else -1.
   */
  private long locate(BlobId id, byte[] page) {
    long low = 0;
    long high = ViewHead.pages(head.blobs(), Page.ROWS) - 1;
    double below = 0;
    double above = 0x1p64;
    double target = unsigned(id.a());
    for (int round = 0; low <= high; round++) {
      // Ids are evenly spread: interpolate; but never more than a few times, whatever the file.
      double part = round < 6 ? (target - below) / (above - below) : 0.5;
      long middle = low + (long) ((high - low + 1) * part);
      middle = Math.max(low, Math.min(high, middle));
      while (middle >= low && isFence(middle) && fence(middle, id) > 0) {
        above = unsigned(fences[(int) middle]);
        middle--;
        high = middle;
      }
      while (middle < high && isFence(middle + 1) && fence(middle + 1, id) < 0) {
        middle++;
        low = middle;
        below = unsigned(fences[(int) middle]);
      }
      if (low > high) {
        return -1;
      }
      int count = readBlobs(page, middle);
      int first = Row.compare(page, Page.row(0), id);
      if (first < 0 && Row.compare(page, Page.row(count - 1), id) < 0) {
        low = middle + 1;
        below = unsigned(Page.getLong(page, Page.row(count - 1)));
      } else if (first < 0) {
        return middle;
      } else if (low == middle) {
        return first == 0 ? middle : -1;
      } else if (first == 0) {
        return firstOfRun(id, page, low, middle);
      } else {
        high = middle - 1;
        above = unsigned(Page.getLong(page, Page.row(0)));
      }
    }
    return -1;
  }

  private boolean isFence(long page) {
    return fences[(int) page] != 0;
  }

  /** How the first word of a page that was read compares with that of an id. */
  private int fence(long page, BlobId id) {
    return Long.compareUnsigned(fences[(int) page], id.a());
  }

  private int readBlobs(byte[] page, long number) {
    int count = readPage(page, head.blobPage() + number);
    fences[(int) number] = Page.getLong(page, Page.row(0));
    return count;
  }

  /** The page where the rows of a blob begin that also begins {@code middle}. */
  private long firstOfRun(BlobId id, byte[] page, long low, long middle) {
    long at = middle;
    while (at > low) {
      int count = readBlobs(page, at - 1);
      if (Row.compare(page, Page.row(count - 1), id) != 0) {
        break;
      }
      at--;
    }
    int _ = readBlobs(page, at);
    return at;
  }

  private static int firstNotBelow(byte[] page, int count, BlobId id) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Row.compare(page, Page.row(middle), id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Unsigned value, near enough. */
  private static double unsigned(long word) {
    return (word >>> 11) * 0x1p11;
  }

  /** The id of the pack with this number; each is read once. */
  ObjectId packId(int pack) {
    if (pack < 0 || pack >= head.packs()) {
      throw new ViewDamagedException(path, "a blob names a pack that is not there");
    }
    ObjectId known = packIds[pack];
    if (known != null) {
      return known;
    }
    byte[] page = PAGES.take();
    try {
      readPage(page, head.packPage() + pack / Page.ROWS);
      ObjectId id = Row.packId(page, Page.row(pack % Page.ROWS));
      packIds[pack] = id;
      return id;
    } finally {
      PAGES.give(page);
    }
  }

  /** Numbers of the packs whose segment is not wanted any more. */
  BitSet packsNotOf(Predicate<ObjectId> wanted) {
    BitSet unwanted = new BitSet();
    for (int i = 0; i < segments.size(); i++) {
      if (!wanted.test(segments.get(i).id())) {
        unwanted.set(i);
      }
    }
    BitSet packs = new BitSet();
    if (unwanted.isEmpty()) {
      return packs;
    }
    Cursor rows = packRows();
    for (int pack = 0; rows.advance(); pack++) {
      if (unwanted.get(Row.packSegment(rows.bytes(), rows.at()))) {
        packs.set(pack);
      }
    }
    return packs;
  }

  /** All blob rows in order. */
  Cursor blobRows() {
    return new Cursor(head.blobPage(), head.blobs());
  }

  /** All pack rows in the order of their numbers. */
  Cursor packRows() {
    return new Cursor(head.packPage(), head.packs());
  }

  private int readPage(byte[] page, long number) {
    copy(path, bytes, number * Page.SIZE, page);
    int rows = Page.open(page, head.file(), number);
    if (rows < 0) {
      throw new ViewDamagedException(path, "page " + number + " is damaged");
    }
    return rows;
  }

  private static byte[] copy(Path path, MemorySegment from, long at, int length) {
    return copy(path, from, at, new byte[length]);
  }

  private static byte[] copy(Path path, MemorySegment from, long at, byte[] into) {
    try {
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, into, 0, into.length);
      return into;
    } catch (InternalError e) {
      // How Java tells that the disk cannot give a mapped page.
      throw new ViewDamagedException(path, e);
    }
  }

  /** Goes through rows page by page. */
  final class Cursor implements RowSource {
    private final byte[] page = new byte[Page.SIZE];
    private long number;
    private long brought;
    private long left;
    private int count;
    private int place;

    private Cursor(long firstPage, long rows) {
      this.number = firstPage;
      this.left = rows;
    }

    @Override
    public boolean advance() {
      if (left == 0) {
        return false;
      }
      place++;
      if (place >= count) {
        if (bytes.byteSize() > SMALL && number * Page.SIZE >= brought) {
          MappedAdvice.soon(bytes, number * Page.SIZE, AHEAD);
          brought = number * Page.SIZE + AHEAD;
        }
        count = readPage(page, number++);
        place = 0;
      }
      left--;
      return true;
    }

    @Override
    public byte[] bytes() {
      return page;
    }

    @Override
    public int at() {
      return Page.row(place);
    }
  }
}
