package io.salvor.engine.posix;

/** A stretch of a file that holds data (what lies between two is a hole); in bytes. */
public record Extent(long offset, long length) {

  /** The first byte behind it. */
  public long end() {
    return offset + length;
  }
}
