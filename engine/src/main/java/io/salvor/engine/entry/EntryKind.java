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
  /** The rows of a table or a collection, as their provider writes them. */
  TABLE(32),
  /** Statements that make objects of a database. */
  DEFINITION(33),
  /** One that this version does not know: listed, and otherwise left alone. */
  UNKNOWN(0);

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
    for (EntryKind kind : values()) {
      if (kind.number == number) {
        return kind;
      }
    }
    return UNKNOWN;
  }

  /** Whether an entry of it has a size and may have content. */
  public boolean hasContent() {
    return this == FILE || isOfDatabase();
  }

  /** Whether it is of a database: such an entry has attributes, and neither mode nor owners. */
  public boolean isOfDatabase() {
    return this == TABLE || this == DEFINITION;
  }

  /** Whether this is a device node. */
  public boolean isDevice() {
    return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
  }
}
