package io.salvor.provider.mysql.binlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * An event as it stands in a file of a binary log. Numbers are little-endian.
 *
 * @param bytes all of it, header and checksum; not to be changed
 */
public record BinlogEvent(byte[] bytes) {
  /** Bytes of a header. */
  public static final int HEADER = 19;

  /** Bytes of a checksum. */
  public static final int CHECKSUM = 4;

  public static final int QUERY = 2;
  public static final int STOP = 3;
  public static final int ROTATE = 4;
  public static final int INTVAR = 5;
  public static final int RAND = 13;
  public static final int USER_VAR = 14;
  public static final int FORMAT = 15;
  public static final int XID = 16;
  public static final int BEGIN_LOAD_QUERY = 17;
  public static final int EXECUTE_LOAD_QUERY = 18;
  public static final int TABLE_MAP = 19;
  public static final int WRITE_ROWS_V1 = 23;
  public static final int DELETE_ROWS_V1 = 25;
  public static final int INCIDENT = 26;
  public static final int HEARTBEAT = 27;
  public static final int WRITE_ROWS_V2 = 30;
  public static final int DELETE_ROWS_V2 = 32;
  public static final int GTID_MYSQL = 33;
  public static final int ANONYMOUS_GTID_MYSQL = 34;
  public static final int XA_PREPARE = 38;
  public static final int PARTIAL_UPDATE_ROWS = 39;
  public static final int TRANSACTION_PAYLOAD = 40;
  public static final int HEARTBEAT_V2 = 41;
  public static final int GTID_TAGGED_MYSQL = 42;
  public static final int GTID = 162;
  public static final int START_ENCRYPTION = 164;
  public static final int QUERY_COMPRESSED = 165;
  public static final int WRITE_ROWS_COMPRESSED_V1 = 166;
  public static final int DELETE_ROWS_COMPRESSED = 171;

  private static final int ARTIFICIAL = 0x20;

  /** Bytes that are no event, or none that belongs there. */
  public static final class Malformed extends IOException {
    private static final long serialVersionUID = 1L;

    public Malformed(String message) {
      super(message);
    }
  }

  public BinlogEvent {
    if (bytes.length < HEADER) {
      throw new IllegalArgumentException("an event of " + bytes.length + " bytes");
    }
  }

  /** Its fields by their offsets. */
  public ByteBuffer fields() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Seconds since 1970, by the server's clock, when the statement began that it is of. */
  public long when() {
    return fields().getInt(0) & 0xffffffffL;
  }

  /** Its type. */
  public int type() {
    return bytes[4] & 0xff;
  }

  /** What it says of its length. */
  public long length() {
    return lengthAt(bytes, 0);
  }

  /** The length that a header names. */
  static long lengthAt(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset + 9) & 0xffffffffL;
  }

  /** Where it ends in its file, modulo 2³²; 0 if it stands in none. */
  public long end() {
    return fields().getInt(13) & 0xffffffffL;
  }

  /** Whether the server has made it up for who reads the stream. */
  public boolean isArtificial() {
    return (fields().getShort(17) & ARTIFICIAL) != 0 || end() == 0;
  }

  /** Whether it changes rows. */
  public boolean isRows() {
    int type = type();
    return type >= WRITE_ROWS_V1 && type <= DELETE_ROWS_V1
        || type >= WRITE_ROWS_V2 && type <= DELETE_ROWS_V2
        || type == PARTIAL_UPDATE_ROWS
        || type >= WRITE_ROWS_COMPRESSED_V1 && type <= DELETE_ROWS_COMPRESSED;
  }

  /** A text of it. */
  public String text(int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }
}
