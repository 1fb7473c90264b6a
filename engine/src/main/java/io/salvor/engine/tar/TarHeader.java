package io.salvor.engine.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** One block of ustar. Numbers that have no room are zero: a record says them. */
final class TarHeader {
  static final int BLOCK = 512;
  static final int NAME = 100;
  static final long MAX_ID = 07777777;
  static final long MAX_SIZE = 077777777777L;
  private static final int OWNER = 32;

  private final byte[] block = new byte[BLOCK];

  TarHeader(char type, byte[] name) {
    put(0, NAME, name);
    block[156] = (byte) type;
    put(257, 8, "ustar\00000".getBytes(US_ASCII));
    mode(0644).ids(0, 0).size(0).mtime(0).device(0, 0);
  }

  TarHeader mode(int mode) {
    return number(100, 8, mode, MAX_ID);
  }

  TarHeader ids(long user, long group) {
    return number(108, 8, user, MAX_ID).number(116, 8, group, MAX_ID);
  }

  TarHeader size(long size) {
    return number(124, 12, size, MAX_SIZE);
  }

  TarHeader mtime(long seconds) {
    return number(136, 12, seconds, MAX_SIZE);
  }

  TarHeader linkTo(byte[] name) {
    put(157, NAME, name);
    return this;
  }

  TarHeader owners(byte[] user, byte[] group) {
    put(265, OWNER - 1, user);
    put(297, OWNER - 1, group);
    return this;
  }

  TarHeader device(int major, int minor) {
    return number(329, 8, major, MAX_ID).number(337, 8, minor, MAX_ID);
  }

  private TarHeader number(int at, int width, long value, long max) {
    long fits = value < 0 || value > max ? 0 : value;
    String octal = Long.toOctalString(fits);
    String padded = "0".repeat(width - 1 - octal.length()) + octal;
    put(at, width - 1, padded.getBytes(US_ASCII));
    return this;
  }

  private void put(int at, int width, byte[] bytes) {
    Arrays.fill(block, at, at + width, (byte) 0);
    System.arraycopy(bytes, 0, block, at, Math.min(width, bytes.length));
  }

  byte[] toByteArray() {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    String octal = Integer.toOctalString(sum);
    put(148, 7, ("0".repeat(6 - octal.length()) + octal).getBytes(US_ASCII));
    block[155] = ' ';
    return block;
  }
}
