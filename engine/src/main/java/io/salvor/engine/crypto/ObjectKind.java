package io.salvor.engine.crypto;

import io.salvor.engine.storage.ObjectName;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The kinds of object: number, key class and name (docs/format.md §2 and §5), reserved ones too.
 */
public enum ObjectKind {
  DATA_PACK(1, KeyClass.EPOCH, "packs/", ""),
  TREE_PACK(2, KeyClass.EPOCH, "packs/", ""),
  SENSITIVE_PACK(3, KeyClass.SENSITIVE, "packs/", ""),
  PARITY_PACK(4, KeyClass.EPOCH, "packs/", ""),
  INDEX_SEGMENT(16, KeyClass.INDEX, "index/", ""),
  MANIFEST(32, KeyClass.EPOCH, "backups/", ""),
  SESSION_OPEN(48, KeyClass.INDEX, "sessions/", "/open"),
  CHECKPOINT(49, KeyClass.EPOCH, "sessions/", "/"),
  SESSION_END(50, KeyClass.INDEX, "sessions/", "/end"),
  REVOCATION(51, KeyClass.INDEX, "sessions/", "/revoked"),
  CONDEMNATION(64, KeyClass.INDEX, "prune/", ""),
  LEDGER_ENTRY(80, KeyClass.INDEX, "ledger/", ""),
  FACT(96, KeyClass.EPOCH, "facts/", ""),
  STATE(112, KeyClass.EPOCH, "state/", ""),
  JOURNAL_TAIL(128, KeyClass.EPOCH, "journals/", ""),
  CREDENTIAL(160, KeyClass.PLAIN, "keys/", ".credential"),
  EPOCH(161, KeyClass.PLAIN, "keys/", ".epoch"),
  GRANT(162, KeyClass.PLAIN, "keys/", ".grant"),
  WRITER(163, KeyClass.PLAIN, "keys/", ".writer"),
  KEY_TABLE(164, KeyClass.PLAIN, "keys/", ".table"),
  AUTHORITY(165, KeyClass.PLAIN, "keys/", ".authority"),
  CENSUS(166, KeyClass.PLAIN, "keys/", ".census");

  /** What protects an object's key. */
  public enum KeyClass {
    /** The object is not encrypted. */
    PLAIN(0),
    /** Derived from the index key, which write-only clients have. */
    INDEX(1),
    /** Sealed to an epoch. */
    EPOCH(2),
    /** Sealed to an epoch of sensitive content. */
    SENSITIVE(3);

    private final int number;

    KeyClass(int number) {
      this.number = number;
    }

    /** The number in a header. */
    public int number() {
      return number;
    }
  }

  /** Most checkpoints that a session can have. */
  public static final int MAX_CHECKPOINT = 99_999_999;

  private static final String PACKS = "packs/";

  /** Hex digits of the half of an id that tells a journal, and of the other that tells an order. */
  private static final int HALF = ObjectId.SIZE;

  private final int number;
  private final KeyClass keyClass;
  private final String prefix;
  private final String suffix;

  ObjectKind(int number, KeyClass keyClass, String prefix, String suffix) {
    this.number = number;
    this.keyClass = keyClass;
    this.prefix = prefix;
    this.suffix = suffix;
  }

  /** The number in a header. */
  public int number() {
    return number;
  }

  /** What protects the object's key. */
  public KeyClass keyClass() {
    return keyClass;
  }

  /** What the names of this kind begin with, for {@code Storage.list}. */
  public String prefix() {
    return prefix;
  }

  /** The kind of a number, or empty if there is none. */
  public static Optional<ObjectKind> of(int number) {
    for (ObjectKind kind : values()) {
      if (kind.number == number) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** The kind that a name tells, DATA_PACK for packs of any kind; empty if it is none of ours. */
  public static Optional<ObjectKind> of(ObjectName name) {
    for (ObjectKind kind : values()) {
      if (kind.idIn(name).isPresent()) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /**
   * The name of an object; not of a checkpoint.
   *
   * @param id the session's id for {@code sessions/…}
   */
  public ObjectName name(ObjectId id) {
    if (this == CHECKPOINT) {
      throw new IllegalArgumentException("a checkpoint's name has a number");
    }
    if (this == JOURNAL_TAIL) {
      String hex = id.toString();
      return new ObjectName(prefix + hex.substring(0, HALF) + "/" + hex.substring(HALF));
    }
    return new ObjectName(prefix + fan(id) + id + suffix);
  }

  /** The name of a session's checkpoint, from 1. */
  public static ObjectName checkpoint(ObjectId session, int number) {
    if (number < 1 || number > MAX_CHECKPOINT) {
      throw new IllegalArgumentException("checkpoint number " + number);
    }
    return new ObjectName("sessions/" + session + "/" + String.format("%08d", number));
  }

  /** The number in a checkpoint's name, or empty for any other name. */
  public static OptionalInt checkpointNumber(ObjectName name) {
    String value = name.value();
    int slash = value.lastIndexOf('/');
    String digits = value.substring(slash + 1);
    if (CHECKPOINT.idIn(name).isEmpty()) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(digits));
  }

  /** The id in a name of this kind's form, or empty. Packs of every kind have the same form. */
  public Optional<ObjectId> idIn(ObjectName name) {
    String value = name.value();
    if (this == JOURNAL_TAIL) {
      int slash = prefix.length() + HALF;
      boolean split = value.length() > slash && value.charAt(slash) == '/';
      value = split ? value.substring(0, slash) + value.substring(slash + 1) : "";
    }
    int skip = prefix.length() + (prefix.equals(PACKS) ? 3 : 0);
    int end = skip + 2 * ObjectId.SIZE;
    if (!value.startsWith(prefix) || value.length() < end) {
      return Optional.empty();
    }
    ObjectId id;
    try {
      id = ObjectId.parse(value.substring(skip, end));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    boolean fits =
        this == CHECKPOINT
            ? value.substring(end).matches("/(?!0{8})[0-9]{8}")
            : name(id).equals(name);
    return fits ? Optional.of(id) : Optional.empty();
  }

  /** How messages name an object of this kind. */
  String place(ObjectId id) {
    return this == CHECKPOINT ? "a checkpoint in sessions/" + id : name(id).value();
  }

  private String fan(ObjectId id) {
    return prefix.equals(PACKS) ? id.toString().substring(0, 2) + "/" : "";
  }
}
