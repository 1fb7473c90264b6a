package io.salvor.provider.mysql.binlog;

import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The first event of a file: how those after it are built. Servers before MySQL 5.6 and MariaDB 5.3
 * are not known.
 *
 * @param event as it was read
 * @param checksums whether events end with a CRC-32
 */
public record BinlogFormat(BinlogEvent event, boolean checksums) {
  /** What a file begins with. */
  public static final byte[] MAGIC = {(byte) 0xfe, 'b', 'i', 'n'};

  private static final int VERSION = 4;
  private static final int LENGTHS = BinlogEvent.HEADER + 2 + 50 + 4 + 1;
  private static final int FLAGS = 17;
  private static final int IN_USE = 1;

  /**
   * Reads one.
   *
   * @throws Malformed if it is none
   */
  public static BinlogFormat read(BinlogEvent event) throws Malformed {
    byte[] bytes = event.bytes();
    boolean format =
        event.type() == BinlogEvent.FORMAT
            && bytes.length > LENGTHS + 1 + BinlogEvent.CHECKSUM
            && event.fields().getShort(BinlogEvent.HEADER) == VERSION
            && bytes[LENGTHS - 1] == BinlogEvent.HEADER;
    if (!format) {
      throw new Malformed("a binary log in a form that is not known");
    }
    int algorithm = bytes[bytes.length - BinlogEvent.CHECKSUM - 1];
    if (algorithm != 0 && algorithm != 1) {
      throw new Malformed("a binary log with checksums of kind " + algorithm);
    }
    BinlogFormat read = new BinlogFormat(event, algorithm == 1);
    if (read.checksums) {
      read.check(event);
    }
    return read;
  }

  /** When the file was begun, in seconds since 1970. */
  public long created() {
    return event.when();
  }

  /** The server's version. */
  public String version() {
    String text =
        new String(event.bytes(), BinlogEvent.HEADER + 2, 50, StandardCharsets.ISO_8859_1);
    int end = text.indexOf(0);
    return end < 0 ? text : text.substring(0, end);
  }

  /** How long the fixed part is that follows the header of an event. */
  public int fixed(int type) {
    byte[] bytes = event.bytes();
    int at = LENGTHS + type - 1;
    return type < 1 || at >= bytes.length - BinlogEvent.CHECKSUM - 1 ? 0 : bytes[at] & 0xff;
  }

  /** Where an event's content ends. */
  public int contentEnd(BinlogEvent one) {
    return one.bytes().length - (checksums ? BinlogEvent.CHECKSUM : 0);
  }

  /**
   * Compares an event with its checksum.
   *
   * @throws Malformed if they differ
   */
  public void check(BinlogEvent one) throws Malformed {
    if (!checksums) {
      return;
    }
    byte[] bytes = one.bytes();
    if (bytes.length < BinlogEvent.HEADER + BinlogEvent.CHECKSUM) {
      throw new Malformed("an event without its checksum");
    }
    int length = bytes.length - BinlogEvent.CHECKSUM;
    CRC32 crc = new CRC32();
    if (one.type() == BinlogEvent.FORMAT) {
      // That the file is written to is a flag that comes and goes.
      crc.update(bytes, 0, FLAGS);
      crc.update(bytes[FLAGS] & ~IN_USE);
      crc.update(bytes, FLAGS + 1, length - FLAGS - 1);
    } else {
      crc.update(bytes, 0, length);
    }
    if ((int) crc.getValue() != one.fields().getInt(length)) {
      throw new Malformed("an event of type " + one.type() + " whose checksum is wrong");
    }
  }
}
