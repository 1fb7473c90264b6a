package io.salvor.engine.index;

import io.salvor.engine.crypto.ObjectId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a view's file: where its parts lie. They follow in this order: filter blocks
 * (padded to a page), pages of blobs, pages of packs, the list of segments.
 *
 * @param file random number of this file, part of every page's checksum
 * @param blobs number of blob rows
 * @param blocks number of filter blocks
 * @param packs number of pack rows
 * @param segmentBytes length of the list of segments
 * @param segmentCheck its checksum
 */
record ViewHead(long file, long blobs, long blocks, int packs, int segmentBytes, int segmentCheck) {
  private static final long MAGIC = 0x534C565649455731L; // SLVVIEW1
  private static final int LENGTH = 48;

  /**
   * A segment whose packs are in the view.
   *
   * @param superseded those that it replaces
   */
  record Segment(ObjectId id, List<ObjectId> superseded) {}

  long filterPage() {
    return 1;
  }

  long blobPage() {
    return filterPage() + pages(blocks * Filter.BLOCK, Page.SIZE);
  }

  long packPage() {
    return blobPage() + pages(blobs, Page.ROWS);
  }

  long segmentPage() {
    return packPage() + pages(packs, Page.ROWS);
  }

  long fileSize() {
    return segmentPage() * Page.SIZE + segmentBytes;
  }

  static long pages(long things, int perPage) {
    return (things + perPage - 1) / perPage;
  }

  byte[] encode() {
    byte[] page = new byte[Page.SIZE];
    ByteBuffer.wrap(page)
        .putLong(MAGIC)
        .putLong(file)
        .putLong(blobs)
        .putLong(blocks)
        .putInt(packs)
        .putInt(segmentBytes)
        .putInt(segmentCheck)
        .putInt(Page.checksum(page, 0, LENGTH - 4));
    return page;
  }

  /** Reads the first page; null if it is none of this version. */
  static @Nullable ViewHead decode(byte[] page) {
    ByteBuffer in = ByteBuffer.wrap(page);
    if (in.getLong() != MAGIC || Page.getInt(page, LENGTH - 4) != checksum(page)) {
      return null;
    }
    ViewHead head =
        new ViewHead(
            in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.getInt(), in.getInt());
    boolean possible =
        head.blobs > 0
            && head.blocks > 0
            && head.packs > 0
            && head.segmentBytes > 0
            && head.blobs < 1L << 40
            && head.blocks < 1L << 40;
    return possible ? head : null;
  }

  private static int checksum(byte[] page) {
    return Page.checksum(page, 0, LENGTH - 4);
  }

  static byte[] encode(List<Segment> segments) {
    int size = 4;
    for (Segment segment : segments) {
      size += ObjectId.SIZE + 4 + segment.superseded.size() * ObjectId.SIZE;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putInt(segments.size());
    for (Segment segment : segments) {
      segment.id.to(out);
      out.putInt(segment.superseded.size());
      segment.superseded.forEach(id -> id.to(out));
    }
    return out.array();
  }

  /** Reads the list of segments, whose checksum was found right. */
  static List<Segment> decodeSegments(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int count = in.getInt();
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ObjectId id = ObjectId.from(in);
      int n = in.getInt();
      List<ObjectId> superseded = new ArrayList<>();
      for (int k = 0; k < n; k++) {
        superseded.add(ObjectId.from(in));
      }
      segments.add(new Segment(id, List.copyOf(superseded)));
    }
    return List.copyOf(segments);
  }
}
