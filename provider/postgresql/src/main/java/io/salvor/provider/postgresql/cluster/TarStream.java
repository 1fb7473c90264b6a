package io.salvor.provider.postgresql.cluster;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes a tar archive apart as it comes, piece by piece. Reads what PostgreSQL writes: POSIX ustar
 * with names of 100 bytes at most, and sizes in base 256 where octal does not do. Archives of a
 * base backup need not end with empty blocks. For one thread.
 */
final class TarStream {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int SIZE_AT = 124;
  private static final int MODE_AT = 100;
  private static final int TIME_AT = 136;
  private static final int CHECKSUM_AT = 148;
  private static final int TYPE_AT = 156;
  private static final int LINK_AT = 157;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX = 155;

  /** What is in the archive, in its order. */
  interface Visitor {
    /** A member begins; its bytes follow. */
    void member(Member member) throws IOException;

    /** The next bytes of the member that was begun last. */
    void bytes(byte[] bytes, int offset, int length) throws IOException;

    /** The member has ended. */
    void end() throws IOException;
  }

  /**
   * A member of an archive.
   *
   * @param type as tar has it: {@code 0} a file, {@code 2} a symbolic link, {@code 5} a directory
   * @param target of a symbolic link, else empty
   * @param modified seconds since 1970
   */
  record Member(String name, char type, int mode, long size, long modified, String target) {}

  private final Visitor visitor;
  private final byte[] header = new byte[BLOCK];
  private int gathered;
  private long left;
  private int padding;
  private boolean within;

  TarStream(Visitor visitor) {
    this.visitor = visitor;
  }

  /**
   * Takes the next bytes.
   *
   * @throws ProtocolException if they are no tar archive
   */
  void take(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (left > 0) {
        int part = (int) Math.min(left, end - at);
        visitor.bytes(bytes, at, part);
        at += part;
        left -= part;
        endIfDone();
      } else if (padding > 0) {
        int part = Math.min(padding, end - at);
        at += part;
        padding -= part;
      } else {
        int part = Math.min(BLOCK - gathered, end - at);
        System.arraycopy(bytes, at, header, gathered, part);
        at += part;
        gathered += part;
        if (gathered == BLOCK) {
          gathered = 0;
          begin();
        }
      }
    }
  }

  /**
   * The archive is over.
   *
   * @throws ProtocolException if it ends in the middle of a member
   */
  void end() throws ProtocolException {
    if (within || gathered > 0 || padding > 0) {
      throw new ProtocolException("an archive that is cut off");
    }
  }

  private void begin() throws IOException {
    if (isEmpty()) {
      return;
    }
    if (number(CHECKSUM_AT, 8) != checksum()) {
      throw new ProtocolException("an archive's member whose header has another checksum");
    }
    String prefix = text(PREFIX_AT, PREFIX);
    String name = text(0, NAME);
    long size = number(SIZE_AT, 12);
    char type = header[TYPE_AT] == 0 ? '0' : (char) header[TYPE_AT];
    if (size < 0 || (type != '0' && size != 0)) {
      throw new ProtocolException("an archive's member " + name + " of " + size + " bytes");
    }
    left = size;
    padding = (int) (-size & (BLOCK - 1));
    within = true;
    visitor.member(
        new Member(
            prefix.isEmpty() ? name : prefix + "/" + name,
            type,
            (int) number(MODE_AT, 8) & 07777,
            size,
            number(TIME_AT, 12),
            text(LINK_AT, NAME)));
    endIfDone();
  }

  private void endIfDone() throws IOException {
    if (left == 0 && within) {
      within = false;
      visitor.end();
    }
  }

  private boolean isEmpty() {
    for (byte one : header) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  private long checksum() {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean blank = i >= CHECKSUM_AT && i < CHECKSUM_AT + 8;
      sum += blank ? ' ' : header[i] & 0xff;
    }
    return sum;
  }

  private String text(int at, int most) {
    int length = 0;
    while (length < most && header[at + length] != 0) {
      length++;
    }
    return new String(header, at, length, StandardCharsets.UTF_8);
  }

  private long number(int at, int length) throws ProtocolException {
    if ((header[at] & 0x80) != 0) {
      long value = header[at] & 0x7f;
      for (int i = at + 1; i < at + length; i++) {
        value = value << 8 | header[i] & 0xff;
      }
      return value;
    }
    long value = 0;
    for (int i = at; i < at + length && header[i] != 0 && header[i] != ' '; i++) {
      int digit = header[i] - '0';
      if (digit < 0 || digit > 7) {
        throw new ProtocolException("an archive's member with a number that is none");
      }
      value = value << 3 | digit;
    }
    return value;
  }
}
