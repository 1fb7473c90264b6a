package io.salvor.provider.mongodb.logical;

import io.salvor.engine.tree.Key;

/**
 * A collection.
 *
 * @param key of its documents
 * @param kind what the server makes of it
 * @param isChecked whether it has rules that its documents are to keep
 * @param size of its documents about, in bytes
 * @param average of one document about, in bytes
 */
record Collection(
    Key key, String database, String name, Kind kind, boolean isChecked, long size, long average) {
  private static final long BATCH_BYTES = 1 << 20;
  private static final long MOST = 1000;

  /** What the server makes of a collection. */
  enum Kind {
    PLAIN,
    /** Of a fixed size, in the order of insertion. */
    CAPPED,
    /** Measurements, which are kept together by time. */
    TIME_SERIES
  }

  /** Whether its documents are read by {@code _id}, else as they lie. */
  boolean isOrdered() {
    return kind == Kind.PLAIN;
  }

  /** How many documents are about a mebibyte. */
  int batch() {
    return (int) Math.clamp(BATCH_BYTES / Math.max(average, 1), 1, MOST);
  }
}
