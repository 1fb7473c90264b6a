package io.salvor.testkit.reader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Writes members of a POSIX pax archive: names are bytes of any length there, and owners, times of
 * nanoseconds, extended attributes and holes have a place, which they have not in what the JDK can
 * make.
 */
final class Tar {
  private static final int BLOCK = 512;
  private static final long LARGEST_OCTAL = 1L << 33;

  private final OutputStream out;
  private long bodyLength;
  private long written;

  Tar(OutputStream out) {
    this.out = out;
  }

  /** A part of a file that is no hole. */
  record Region(long at, long length) {}

  /**
   * Begins a member.
   *
   * @param type as in ustar: 0 file, 1 hard link, 2 link, 3 and 4 devices, 5 directory, 6 fifo
   * @param target of links
   * @param length of the body that follows
   */
  void begin(byte[] name, char type, byte[] target, Entry entry, long length) throws IOException {
    ByteArrayOutputStream pax = new ByteArrayOutputStream();
    record(pax, "hdrcharset", Suite.utf8("BINARY"));
    record(pax, "path", name);
    header(pax, type, target, entry, length);
  }

  /** Begins a file with holes: the body is all regions after each other. */
  void beginSparse(byte[] name, Entry entry, List<Region> regions) throws IOException {
    ByteArrayOutputStream pax = new ByteArrayOutputStream();
    record(pax, "hdrcharset", Suite.utf8("BINARY"));
    record(pax, "GNU.sparse.major", Suite.utf8("1"));
    record(pax, "GNU.sparse.minor", Suite.utf8("0"));
    record(pax, "GNU.sparse.name", name);
    record(pax, "GNU.sparse.realsize", Suite.utf8(Long.toString(entry.size())));
    StringBuilder map = new StringBuilder();
    map.append(regions.size()).append('\n');
    long length = 0;
    for (Region region : regions) {
      map.append(region.at()).append('\n').append(region.length()).append('\n');
      length += region.length();
    }
    byte[] padded = padded(Suite.utf8(map.toString()));
    header(pax, '0', new byte[0], entry, padded.length + length);
    write(padded);
  }

  private void header(ByteArrayOutputStream pax, char type, byte[] target, Entry entry, long length)
      throws IOException {
    if (target.length > 0) {
      record(pax, "linkpath", target);
    }
    Time time = entry.modified();
    // A time before 1970 is a negative decimal number: -1.5 is half a second before -1.
    boolean negative = time.seconds() < 0 && time.nanoseconds() > 0;
    long seconds = negative ? time.seconds() + 1 : time.seconds();
    int nanoseconds = negative ? 1_000_000_000 - time.nanoseconds() : time.nanoseconds();
    String sign = negative && seconds == 0 ? "-" : "";
    record(pax, "mtime", Suite.utf8(sign + seconds + ".%09d".formatted(nanoseconds)));
    record(pax, "uid", Suite.utf8(Long.toString(entry.uid())));
    record(pax, "gid", Suite.utf8(Long.toString(entry.gid())));
    record(pax, "size", Suite.utf8(Long.toString(length)));
    for (Entry.Attribute attribute :
        type == '1' ? List.<Entry.Attribute>of() : entry.attributes()) {
      String name = new String(attribute.name(), StandardCharsets.ISO_8859_1);
      String escaped = "SCHILY.xattr." + name.replace("%", "%25").replace("=", "%3D");
      record(pax, escaped, attribute.value());
    }
    byte[] records = pax.toByteArray();
    out.write(ustar('x', 0600, records.length, new long[2]));
    out.write(padded(records));
    long[] device = entry.device();
    out.write(
        ustar(
            type,
            entry.kind().isOfDatabase() ? 0600 : entry.mode(),
            length,
            device == null ? new long[2] : device));
    bodyLength = length;
    written = 0;
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }

  /** Ends a member. */
  void end() throws IOException {
    DamageException.unless(written == bodyLength, "a file has another length than it should");
    out.write(new byte[(int) (-written & (BLOCK - 1))]);
  }

  /** Ends the archive. */
  void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  /** {@code "length key=value\n"}, the length being that of all of it. */
  private static void record(ByteArrayOutputStream pax, String key, byte[] value) {
    byte[] name = key.getBytes(StandardCharsets.ISO_8859_1);
    int rest = name.length + value.length + 3;
    int length = rest + String.valueOf(rest).length();
    length = rest + String.valueOf(length).length();
    pax.writeBytes(Suite.utf8(length + " "));
    pax.writeBytes(name);
    pax.write('=');
    pax.writeBytes(value);
    pax.write('\n');
  }

  private static byte[] padded(byte[] bytes) {
    return Arrays.copyOf(bytes, (bytes.length + BLOCK - 1) / BLOCK * BLOCK);
  }

  private static byte[] ustar(char type, int mode, long size, long[] device) {
    byte[] header = new byte[BLOCK];
    put(header, 0, "member");
    put(header, 100, "%07o".formatted(mode));
    put(header, 108, "%07o".formatted(0));
    put(header, 116, "%07o".formatted(0));
    put(header, 124, "%011o".formatted(size < LARGEST_OCTAL ? size : 0));
    put(header, 136, "%011o".formatted(0));
    header[156] = (byte) type;
    put(header, 257, "ustar\00000");
    put(header, 329, "%07o".formatted(device[0] & 07777777));
    put(header, 337, "%07o".formatted(device[1] & 07777777));
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
