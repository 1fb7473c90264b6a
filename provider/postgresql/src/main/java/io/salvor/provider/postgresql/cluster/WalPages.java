package io.salvor.provider.postgresql.cluster;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pages of a WAL segment. A server takes old segments up again under new names, so that a
 * segment that is not full yet has pages of another one at its end: those say themselves where they
 * belong, and reading stops before them as it stops before an empty page.
 *
 * <p>Source: {@code xlog_internal.h}, XLogPageHeaderData: magic 2 bytes, info 2, timeline 4,
 * address 8, in the server's byte order.
 */
final class WalPages {
  private static final Pattern SEGMENT =
      Pattern.compile("pg_wal/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");
  private static final int ADDRESS_AT = 8;
  private static final int HEADER = 16;

  private final long start;
  private final int pageSize;

  private WalPages(long start, int pageSize) {
    this.start = start;
    this.pageSize = pageSize;
  }

  /**
   * Those of the segment at this path; empty if it is none.
   *
   * @param size of the segment in bytes
   * @param pageSize the server's {@code wal_block_size}
   */
  static Optional<WalPages> of(String path, long size, int pageSize) {
    Matcher matcher = SEGMENT.matcher(path);
    if (!matcher.matches() || size < pageSize || size % pageSize != 0) {
      return Optional.empty();
    }
    long file = Long.parseLong(matcher.group(2), 16);
    long segment = Long.parseLong(matcher.group(3), 16);
    return Optional.of(new WalPages((file << 32) + segment * size, pageSize));
  }

  /** The size of a page in bytes. */
  int size() {
    return pageSize;
  }

  /**
   * Whether a page belongs where it lies.
   *
   * @param offset in the segment
   */
  boolean isOwn(byte[] bytes, int at, long offset) {
    if (bytes.length - at < HEADER) {
      return true;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    long address = start + offset;
    return header.order(ByteOrder.LITTLE_ENDIAN).getLong(at + ADDRESS_AT) == address
        || header.order(ByteOrder.BIG_ENDIAN).getLong(at + ADDRESS_AT) == address;
  }
}
