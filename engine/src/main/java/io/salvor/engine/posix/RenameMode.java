package io.salvor.engine.posix;

/**
 * What a rename does when the new name is taken: the flags of {@code renameat2(2)}. A file system
 * that knows only the first (some network ones) refuses the others with {@code EINVAL}.
 */
public enum RenameMode {
  /** Replaces it atomically. */
  REPLACE(0),
  /** Fails with {@code EEXIST}. */
  NO_REPLACE(1),
  /** Swaps the two atomically; both must exist. */
  EXCHANGE(2);

  private final int flags;

  RenameMode(int flags) {
    this.flags = flags;
  }

  int flags() {
    return flags;
  }
}
