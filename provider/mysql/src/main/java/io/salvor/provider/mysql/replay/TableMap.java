package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which table the rows are of that come behind it.
 *
 * @param id by which rows name it
 * @param rest all that stands behind its name
 */
record TableMap(byte[] head, long id, String database, String table, byte[] rest) {
  private static final int SHORT_FIXED = 6;
  private static final int FIXED = 8;
  private static final int LENGTH = 9;
  private static final int MOST_NAME = 255;

  /** Reads one. */
  static TableMap read(BinlogEvent event, BinlogFormat format) throws Malformed {
    byte[] bytes = event.bytes();
    int fixed = format.fixed(BinlogEvent.TABLE_MAP) == SHORT_FIXED ? SHORT_FIXED : FIXED;
    int at = BinlogEvent.HEADER + fixed;
    int end = format.contentEnd(event);
    int database = at < end ? bytes[at] & 0xff : end;
    int second = at + 1 + database + 1;
    int table = second < end ? bytes[second] & 0xff : end;
    int rest = second + 1 + table + 1;
    if (rest > end) {
      throw new Malformed("the name of a table that is cut off");
    }
    return new TableMap(
        Arrays.copyOf(bytes, at),
        id(event, fixed),
        event.text(at + 1, database),
        event.text(second + 1, table),
        Arrays.copyOfRange(bytes, rest, end));
  }

  /** By which table's number rows name it. */
  static long id(BinlogEvent event, BinlogFormat format) {
    boolean isShort = format.fixed(event.type()) == SHORT_FIXED;
    return id(event, isShort ? SHORT_FIXED : FIXED);
  }

  private static long id(BinlogEvent event, int fixed) {
    ByteBuffer fields = event.fields();
    long low = fields.getInt(BinlogEvent.HEADER) & 0xffffffffL;
    return fixed == SHORT_FIXED
        ? low
        : low | (fields.getShort(BinlogEvent.HEADER + 4) & 0xffffL) << 32;
  }

  /** The event of a table with these names, without a checksum. */
  byte[] renamed(String newDatabase, String newTable) throws Malformed {
    byte[] first = newDatabase.getBytes(StandardCharsets.UTF_8);
    byte[] second = newTable.getBytes(StandardCharsets.UTF_8);
    if (first.length > MOST_NAME || second.length > MOST_NAME) {
      throw new Malformed("a name that is too long");
    }
    int length = head.length + 2 + first.length + 2 + second.length + rest.length;
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(head).put((byte) first.length).put(first).put((byte) 0);
    out.put((byte) second.length).put(second).put((byte) 0).put(rest);
    out.putInt(LENGTH, length);
    return out.array();
  }
}
