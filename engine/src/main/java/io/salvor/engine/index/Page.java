package io.salvor.engine.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A view's file is made of pages of 4 KiB: a head of 64 bytes and up to 63 rows of 64 bytes. The
 * head holds a checksum over the rest of the page, the number of rows, the number that the file was
 * given at random, and the page's own number; so a page that was torn, flipped, or comes from
 * elsewhere is never taken for right.
 */
final class Page {
  static final int SIZE = 4096;
  static final int ROW = 64;
  static final int ROWS = SIZE / ROW - 1;

  private static final int AT_COUNT = 4;
  private static final int AT_FILE = 8;
  private static final int AT_NUMBER = 16;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Page() {}

  static int getInt(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static void putInt(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  static long getLong(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static void putLong(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }

  /** Where a row begins in its page. */
  static int row(int place) {
    return (place + 1) * ROW;
  }

  /** Fills in the head of the page that begins at {@code at}. */
  static void seal(byte[] bytes, int at, int rows, long file, long number) {
    putInt(bytes, at + AT_COUNT, rows);
    putLong(bytes, at + AT_FILE, file);
    putLong(bytes, at + AT_NUMBER, number);
    putInt(bytes, at, checksum(bytes, at + AT_COUNT, SIZE - AT_COUNT));
  }

  /** Checks a page and gives its number of rows, or -1 if it is damaged. */
  static int open(byte[] page, long file, long number) {
    int rows = getInt(page, AT_COUNT);
    boolean right =
        getInt(page, 0) == checksum(page, AT_COUNT, SIZE - AT_COUNT)
            && getLong(page, AT_FILE) == file
            && getLong(page, AT_NUMBER) == number
            && rows > 0
            && rows <= ROWS;
    return right ? rows : -1;
  }

  /** The number of rows of a page that was opened. */
  static int rows(byte[] page) {
    return getInt(page, AT_COUNT);
  }

  static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
