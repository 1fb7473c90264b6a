package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A statement as it stands in a log, with the settings of its session; a number is -1 where the log
 * does not tell.
 *
 * @param database that was in use; empty if none was
 * @param text bytes in the character set of the client
 * @param error that it has ended with on the source; 0 for none
 * @param flags options of the session
 * @param client the number of the client's collation
 * @param zone the time zone; empty if the log does not tell
 */
record QueryEvent(
    String database,
    byte[] text,
    int error,
    long flags,
    long mode,
    int client,
    int connection,
    int server,
    String zone) {
  private static final long ANSI_QUOTES = 4;
  private static final long NO_FOREIGN_KEYS = 0x0400_0000;
  private static final long RELAXED_UNIQUENESS = 0x0800_0000;
  private static final int FIXED = 13;
  private static final int MOST = 1 << 30;

  boolean hasAnsiQuotes() {
    return mode >= 0 && (mode & ANSI_QUOTES) != 0;
  }

  boolean checksForeignKeys() {
    return flags < 0 || (flags & NO_FOREIGN_KEYS) == 0;
  }

  boolean checksUniqueness() {
    return flags < 0 || (flags & RELAXED_UNIQUENESS) == 0;
  }

  /** Reads one. */
  static QueryEvent read(BinlogEvent event, BinlogFormat format) throws Malformed {
    ByteBuffer fields = event.fields();
    int at = BinlogEvent.HEADER;
    int end = format.contentEnd(event);
    if (end < at + FIXED) {
      throw new Malformed("a statement that is cut off");
    }
    int nameLength = fields.get(at + 8) & 0xff;
    int error = fields.getShort(at + 9) & 0xffff;
    int variables = fields.getShort(at + 11) & 0xffff;
    int from = at + Math.max(FIXED, format.fixed(BinlogEvent.QUERY));
    int name = from + variables;
    int text = name + nameLength + 1;
    if (text > end) {
      throw new Malformed("a statement that is cut off");
    }
    byte[] bytes = Arrays.copyOfRange(event.bytes(), text, end);
    if (event.type() == BinlogEvent.QUERY_COMPRESSED) {
      bytes = inflated(bytes);
    }
    Variables read = new Variables(event.bytes(), from, name);
    return new QueryEvent(
        event.text(name, nameLength),
        bytes,
        error,
        read.flags,
        read.mode,
        read.client,
        read.connection,
        read.server,
        read.zone);
  }

  /** What MariaDB has compressed: a byte with the length of the length, the length, zlib. */
  static byte[] inflated(byte[] bytes) throws Malformed {
    int lengths = bytes.length == 0 ? 0 : bytes[0] & 7;
    long length = 0;
    for (int i = 1; i <= lengths && i < bytes.length; i++) {
      length = length << 8 | bytes[i] & 0xff;
    }
    if (bytes.length == 0 || (bytes[0] & 0x70) != 0 || length > MOST) {
      throw new Malformed("a compressed event in a form that is not known");
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes, 1 + lengths, bytes.length - 1 - lengths);
      ByteArrayOutputStream out = new ByteArrayOutputStream((int) length);
      byte[] block = new byte[8192];
      while (!inflater.finished() && out.size() <= length) {
        int read = inflater.inflate(block);
        if (read == 0 && inflater.needsInput()) {
          break;
        }
        out.write(block, 0, read);
      }
      if (out.size() != length) {
        throw new Malformed("a compressed event of another length");
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new Malformed("a compressed event that is damaged");
    } finally {
      inflater.end();
    }
  }

  /** Settings of a session; those behind one that is not known are not read. */
  private static final class Variables {
    private long flags = -1;
    private long mode = -1;
    private int client = -1;
    private int connection = -1;
    private int server = -1;
    private String zone = "";

    Variables(byte[] bytes, int from, int to) {
      ByteBuffer in =
          ByteBuffer.wrap(bytes, from, to - from).slice().order(ByteOrder.LITTLE_ENDIAN);
      boolean known = true;
      while (known && in.hasRemaining()) {
        int code = in.get() & 0xff;
        known = in.remaining() >= least(code, in) && one(code, in);
      }
    }

    private static int least(int code, ByteBuffer in) {
      return switch (code) {
        case 0, 3, 10 -> 4;
        case 1, 9, 129, 17 -> 8;
        case 4 -> 6;
        case 5, 6 -> in.hasRemaining() ? 1 + (in.get(in.position()) & 0xff) : 1;
        case 7, 8, 18 -> 2;
        case 13, 128 -> 3;
        case 16, 19, 20 -> 1;
        default -> Integer.MAX_VALUE;
      };
    }

    private boolean one(int code, ByteBuffer in) {
      switch (code) {
        case 0 -> flags = in.getInt() & 0xffffffffL;
        case 1 -> mode = in.getLong();
        case 4 -> {
          client = in.getShort() & 0xffff;
          connection = in.getShort() & 0xffff;
          server = in.getShort() & 0xffff;
        }
        case 5 -> {
          byte[] name = new byte[in.get() & 0xff];
          in.get(name);
          zone = new String(name, StandardCharsets.US_ASCII);
        }
        default -> in.position(in.position() + least(code, in));
      }
      return true;
    }
  }
}
