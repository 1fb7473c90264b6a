package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.logical.Names;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hands rows to a server as they stand in a log, inside transactions. What belongs to one statement
 * goes together, up to a bound; the last event of what goes together says that the statement ends.
 */
final class RowWriter implements AutoCloseable {
  private static final int MOST = 512 << 10;
  private static final int LENGTH = 9;
  private static final int END = 13;
  private static final int FLAGS = 17;
  private static final int CREATED = BinlogEvent.HEADER + 52;
  private static final int STATEMENT_ENDS = 1;
  private static final int SHORT_FIXED = 6;

  // A statement's words around what is encoded.
  private static final int WORDS = 64;

  private final Session session;
  private final Chosen chosen;
  private final int packet;
  private final Map<Long, byte[]> tables = new HashMap<>();
  private final List<byte[]> waiting = new ArrayList<>();
  private final Set<Long> used = new LinkedHashSet<>();
  private BinlogFormat format;
  private boolean formatSent;
  private int size;
  private boolean open;
  private boolean did;

  RowWriter(Session session, Chosen chosen) throws IOException {
    this.session = session;
    this.chosen = chosen;
    this.packet =
        Integer.parseInt(session.query("SELECT @@max_allowed_packet AS p").getFirst().get("p"));
    this.format = NONE;
  }

  private static final BinlogFormat NONE =
      new BinlogFormat(new BinlogEvent(new byte[BinlogEvent.HEADER]), false);

  /** How those that follow are built. */
  void format(BinlogFormat now) {
    format = now;
    formatSent = false;
    tables.clear();
  }

  /** Which table the rows with this number are of. */
  void table(TableMap map) throws IOException {
    if (chosen.table(map.database(), map.table())) {
      Names.Name now = chosen.now(map.database(), map.table());
      if (used.contains(map.id())) {
        send();
      }
      tables.put(map.id(), map.renamed(now.database(), now.table()));
    } else {
      tables.remove(map.id());
    }
  }

  void rows(BinlogEvent event) throws IOException {
    long id = TableMap.id(event, format);
    boolean isShort = format.fixed(event.type()) == SHORT_FIXED;
    int flags = BinlogEvent.HEADER + (isShort ? 4 : 6);
    byte[] bytes = plain(event);
    boolean last = (bytes[flags] & STATEMENT_ENDS) != 0;
    if (tables.containsKey(id)) {
      if (size + bytes.length > MOST && !waiting.isEmpty()) {
        send();
      }
      bytes[flags] &= ~STATEMENT_ENDS;
      used.add(id);
      waiting.add(bytes);
      size += bytes.length;
      lastFlags = flags;
    }
    if (last) {
      send();
      tables.clear();
    }
  }

  private int lastFlags;

  /** Without its checksum, and unpacked. */
  private byte[] plain(BinlogEvent event) throws IOException {
    byte[] bytes = Arrays.copyOf(event.bytes(), format.contentEnd(event));
    int type = event.type();
    if (type >= BinlogEvent.WRITE_ROWS_COMPRESSED_V1
        && type <= BinlogEvent.DELETE_ROWS_COMPRESSED) {
      bytes = unpacked(event, bytes);
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(LENGTH, bytes.length);
    return bytes;
  }

  /** Behind the columns of a compressed event all is compressed. */
  private byte[] unpacked(BinlogEvent event, byte[] bytes) throws IOException {
    int type = event.type();
    boolean second = type > BinlogEvent.WRITE_ROWS_COMPRESSED_V1 + 2;
    int fixed = format.fixed(type);
    int at = BinlogEvent.HEADER + fixed;
    if (second) {
      int more = (bytes[at - 2] & 0xff) | (bytes[at - 1] & 0xff) << 8;
      at += more - 2;
    }
    int columns = bytes[at] & 0xff;
    int countBytes = 1;
    if (columns == 252) {
      columns = (bytes[at + 1] & 0xff) | (bytes[at + 2] & 0xff) << 8;
      countBytes = 3;
    }
    boolean update = (type - BinlogEvent.WRITE_ROWS_COMPRESSED_V1) % 3 == 1;
    int data = at + countBytes + (columns + 7) / 8 * (update ? 2 : 1);
    byte[] rest = QueryEvent.inflated(Arrays.copyOfRange(bytes, data, bytes.length));
    byte[] whole = Arrays.copyOf(bytes, data + rest.length);
    System.arraycopy(rest, 0, whole, data, rest.length);
    int base = second ? BinlogEvent.WRITE_ROWS_V2 : BinlogEvent.WRITE_ROWS_V1;
    whole[4] = (byte) (base + (type - BinlogEvent.WRITE_ROWS_COMPRESSED_V1) % 3);
    return whole;
  }

  private void send() throws IOException {
    if (waiting.isEmpty()) {
      return;
    }
    begin();
    if (!formatSent) {
      session.run("BINLOG '" + Base64.getEncoder().encodeToString(formatBytes()) + "'");
      formatSent = true;
    }
    waiting.getLast()[lastFlags] |= STATEMENT_ENDS;
    ByteArrayOutputStream all = new ByteArrayOutputStream(size + 4096);
    for (long id : used) {
      all.writeBytes(tables.get(id));
    }
    waiting.forEach(all::writeBytes);
    String text = Base64.getEncoder().encodeToString(all.toByteArray());
    if (text.length() + WORDS < packet) {
      session.run("BINLOG '" + text + "'");
    } else {
      // Only MariaDB takes it so; the plan has looked whether both halves fit.
      int half = text.length() / 2;
      session.run("SET @salvor_0 = '" + text.substring(0, half) + "'");
      session.run("SET @salvor_1 = '" + text.substring(half) + "'");
      session.run("BINLOG @salvor_0, @salvor_1");
      session.run("SET @salvor_0 = NULL, @salvor_1 = NULL");
    }
    waiting.clear();
    used.clear();
    size = 0;
    did = true;
  }

  /** A format in which events have no checksums, of a server that has not just been started. */
  private byte[] formatBytes() {
    byte[] bytes = format.event().bytes().clone();
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes[bytes.length - BinlogEvent.CHECKSUM - 1] = 0;
    fields.putInt(CREATED, 0);
    fields.putShort(FLAGS, (short) 0);
    fields.putInt(END, bytes.length);
    return bytes;
  }

  private void begin() throws IOException {
    if (!open) {
      session.run("START TRANSACTION");
      open = true;
    }
  }

  void savepoint(String sql) throws IOException {
    send();
    if (open) {
      session.run(sql);
    }
  }

  void commit() throws IOException {
    send();
    if (open) {
      session.run("COMMIT");
      open = false;
    }
  }

  /** The group is complete; whether anything of it was applied. */
  boolean end(boolean undone) throws IOException {
    send();
    tables.clear();
    if (open) {
      session.run(undone ? "ROLLBACK" : "COMMIT");
      open = false;
    }
    boolean any = did;
    did = false;
    return any;
  }

  @Override
  public void close() {
    session.close();
  }
}
