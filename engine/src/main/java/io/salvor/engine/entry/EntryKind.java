package io.salvor.engine.entry;

/** What an entry is. */
public enum EntryKind {
  FILE(1),
  DIRECTORY(2),
  SYMLINK(3),
  FIFO(4),
  SOCKET(5),
  CHARACTER_DEVICE(6),
  BLOCK_DEVICE(7),
  /** One that this version does not know: listed, and otherwise left alone. */
  UNKNOWN(0);

  private static final EntryKind[] KINDS = values();

  private final int number;

  EntryKind(int number) {
    this.number = number;
  }

  /** The number in the format; 0 for {@link #UNKNOWN}. */
  public int number() {
    return number;
  }

  /** The kind of a number. */
  static EntryKind of(int number) {
    return number >= 1 && number < KINDS.length ? KINDS[number - 1] : UNKNOWN;
  }

  /** Whether this is a device node. */
  public boolean isDevice() {
    return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
  }
}
