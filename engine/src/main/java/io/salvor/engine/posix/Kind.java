package io.salvor.engine.posix;

import org.jspecify.annotations.Nullable;

/** What a directory entry is: the {@code S_IFMT} part of {@code st_mode}. */
public enum Kind {
  FILE(0100000, 8),
  DIRECTORY(0040000, 4),
  SYMLINK(0120000, 10),
  FIFO(0010000, 1),
  SOCKET(0140000, 12),
  BLOCK(0060000, 6),
  CHAR(0020000, 2);

  /** Mask of the kind within {@code st_mode}. */
  static final int MASK = 0170000;

  private static final Kind[] KINDS = values();

  private final int bits;
  private final int directoryType;

  Kind(int bits, int directoryType) {
    this.bits = bits;
    this.directoryType = directoryType;
  }

  /** The bits of this kind within {@code st_mode}. */
  public int bits() {
    return bits;
  }

  /** The kind in a full {@code st_mode}; null for one that no POSIX system knows. */
  static @Nullable Kind ofMode(int mode) {
    for (Kind kind : KINDS) {
      if (kind.bits == (mode & MASK)) {
        return kind;
      }
    }
    return null;
  }

  /**
   * The kind of a {@code d_type} in a directory entry; null where the file system does not tell.
   */
  static @Nullable Kind ofDirectoryType(int type) {
    for (Kind kind : KINDS) {
      if (kind.directoryType == type) {
        return kind;
      }
    }
    return null;
  }

  /** The {@code d_type} of this kind. */
  int directoryType() {
    return directoryType;
  }
}
