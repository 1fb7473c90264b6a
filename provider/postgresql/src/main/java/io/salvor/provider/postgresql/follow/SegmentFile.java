package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.wal.Lsn;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A segment of WAL as the server hands it over, by its name and its first page.
 *
 * <p>Source: {@code xlog_internal.h}, XLogLongPageHeaderData: magic 2 bytes, info 2, timeline 4,
 * address 8, remaining length 4, padding 4, system identifier 8, segment size 4, page size 4, in
 * the server's byte order.
 *
 * @param system the system identifier, as the server writes it
 * @param size in bytes
 * @param pageSize in bytes
 * @param order the server's
 */
record SegmentFile(
    Path file, long timeline, Lsn start, String system, long size, int pageSize, ByteOrder order) {
  private static final Pattern NAME = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");
  private static final int HEADER = 40;
  private static final int CONTROL = 12;
  private static final int MOST_CONTROL_VERSION = 100_000;

  /**
   * Reads its first page.
   *
   * @throws SalvorException LOG_FILE_REFUSED if that is not of the segment that the name says
   */
  static SegmentFile read(Path file) throws IOException {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      throw refused(file, "its name is not one of WAL");
    }
    long size = Files.size(file);
    ByteBuffer header = ByteBuffer.wrap(first(file, HEADER));
    if (header.order(ByteOrder.LITTLE_ENDIAN).getInt(32) != size
        && header.order(ByteOrder.BIG_ENDIAN).getInt(32) != size) {
      throw refused(file, "it has " + size + " bytes, and its first page tells of another size");
    }
    long timeline = Long.parseLong(name.group(1), 16);
    Lsn start =
        new Lsn(
            (Long.parseLong(name.group(2), 16) << 32) + Long.parseLong(name.group(3), 16) * size);
    // The first page of a timeline's first segment was copied from the one before it.
    if (header.getLong(8) != start.value() || Integer.toUnsignedLong(header.getInt(4)) > timeline) {
      throw refused(
          file,
          "its first page is of timeline %d at %s"
              .formatted(
                  Integer.toUnsignedLong(header.getInt(4)), new Lsn(header.getLong(8)).toString()));
    }
    String system = Long.toUnsignedString(header.getLong(24));
    int pageSize = header.getInt(36);
    if (pageSize < HEADER || size % pageSize != 0) {
      throw refused(file, "its first page tells of pages of " + pageSize + " bytes");
    }
    return new SegmentFile(file, timeline, start, system, size, pageSize, header.order());
  }

  /**
   * The system whose data directory a file lies in, below {@code pg_wal}; empty if it lies in none.
   * Its control file begins with the system identifier and a version of four digits.
   */
  static Optional<String> systemAround(Path file) throws IOException {
    Path control = file.toAbsolutePath().normalize().resolveSibling("../global/pg_control");
    if (!Files.isRegularFile(control.normalize())) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.wrap(first(control.normalize(), CONTROL));
    ByteOrder order =
        header.order(ByteOrder.LITTLE_ENDIAN).getInt(8) < MOST_CONTROL_VERSION
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN;
    return Optional.of(Long.toUnsignedString(header.order(order).getLong(0)));
  }

  /** The size of a segment that lies beside a file; empty if there is none. */
  static Optional<Long> sizeBeside(Path file) throws IOException {
    Path directory = file.toAbsolutePath().normalize().resolveSibling("");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path other : files.toList()) {
        if (NAME.matcher(String.valueOf(other.getFileName())).matches()) {
          return Optional.of(Files.size(other));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Reads what each page says of itself: a segment that is not full, and was handed over by hand,
   * has pages of an older one at its end.
   *
   * @throws SalvorException LOG_FILE_REFUSED
   */
  void requireOwnPages() throws IOException {
    byte[] page = new byte[pageSize];
    try (InputStream in = Files.newInputStream(file)) {
      for (long at = 0; at < size; at += pageSize) {
        if (in.readNBytes(page, 0, pageSize) < pageSize) {
          throw refused(file, "it was cut off while it was read");
        }
        long address = ByteBuffer.wrap(page).order(order).getLong(8);
        boolean empty = address == 0 && ByteBuffer.wrap(page).getInt(0) == 0;
        if (!empty && address != start.value() + at) {
          throw refused(
              file,
              "its page at %s says that it belongs to %s: it is not full yet"
                  .formatted(new Lsn(start.value() + at), new Lsn(address)));
        }
      }
    }
  }

  private static byte[] first(Path file, int length) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException(file + " ends after " + bytes.length + " bytes");
      }
      return bytes;
    }
  }

  static SalvorException refused(Path file, String why) {
    return new SalvorException(
        ErrorCode.LOG_FILE_REFUSED,
        "The file " + file + " cannot be archived",
        why,
        "Look at archive_command: it hands over %p of one cluster, under that cluster's address");
  }
}
