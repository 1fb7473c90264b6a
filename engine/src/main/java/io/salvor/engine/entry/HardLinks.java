package io.salvor.engine.entry;

/**
 * That a file has more names than this one.
 *
 * @param device of its file system; with the inode it tells which entries are one file
 * @param count of names, 2 or more
 */
public record HardLinks(long device, long count) {
  public HardLinks {
    if (count < 2) {
      throw new IllegalArgumentException(count + " names");
    }
  }
}
