package io.salvor.engine.posix;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open regular file. Positions and lengths are bytes. */
public interface FileHandle extends Handle {

  /**
   * Reads from where the last {@code read} ended.
   *
   * @return bytes read, at least 1 when length is; −1 at the end
   */
  int read(byte[] into, int offset, int length) throws PosixException;

  /** Reads at a position, without moving the other; else as {@link #read}. */
  int pread(long position, byte[] into, int offset, int length) throws PosixException;

  /** Reads at a position into what remains of the buffer; a direct one is filled without a copy. */
  int pread(long position, ByteBuffer into) throws PosixException;

  /** Writes all of it at a position. */
  void pwrite(long position, byte[] from, int offset, int length) throws PosixException;

  /** Writes what remains of the buffer at a position. */
  void pwrite(long position, ByteBuffer from) throws PosixException;

  /** Cuts to this length, or lengthens by a hole. */
  void truncate(long size) throws PosixException;

  /**
   * Reserves room, lengthening the file where needed.
   *
   * @return false where the file system cannot; {@code ENOSPC} when the room is not there
   */
  boolean allocate(long offset, long length) throws PosixException;

  /**
   * Makes a stretch a hole that reads as zeros, leaving the size.
   *
   * @return false where the file system cannot; then nothing has changed
   */
  boolean punchHole(long offset, long length) throws PosixException;

  /** The first stretch of data at or after an offset, up to the end of the file; null if none. */
  @Nullable Extent nextData(long from) throws PosixException;

  /**
   * The stretches of data below {@code size}; what lies between is holes. Where the file system
   * does not tell, one stretch covers everything. For files with very many of them prefer {@link
   * #nextData}.
   */
  default List<Extent> dataSegments(long size) throws PosixException {
    List<Extent> segments = new ArrayList<>();
    long from = 0;
    while (from < size) {
      Extent next = nextData(from);
      if (next == null || next.offset() >= size) {
        break;
      }
      segments.add(new Extent(next.offset(), Math.min(next.end(), size) - next.offset()));
      from = next.end();
    }
    return segments;
  }

  /**
   * Copies a stretch to another file, within the kernel and sharing blocks where it can.
   *
   * @return bytes copied: fewer than length only when this file ends
   */
  long copyRange(long from, FileHandle target, long to, long length) throws PosixException;

  /** Tells the system that the file is read from start to end. */
  void adviseSequential() throws PosixException;

  /** Tells the system that these bytes need not stay in its cache; length 0 means to the end. */
  void dontNeed(long offset, long length) throws PosixException;
}
