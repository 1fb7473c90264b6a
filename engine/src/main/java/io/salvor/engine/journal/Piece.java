package io.salvor.engine.journal;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.storage.ObjectName;
import java.util.HexFormat;

/** Where bytes of a log lie. */
sealed interface Piece {
  /** The position of the first byte. */
  long from();

  /** The position behind the last byte. */
  long to();

  /**
   * In a tail.
   *
   * @param hash SHA-256 of its message, hex
   * @param predecessor of the one before it; empty if it is the first
   */
  record InTail(ObjectName name, long from, long to, String hash, String predecessor)
      implements Piece {
    static InTail of(ObjectName name, Tail tail, byte[] hash) {
      HexFormat hex = HexFormat.of();
      return new InTail(
          name, tail.from(), tail.to(), hex.formatHex(hash), hex.formatHex(tail.predecessor()));
    }
  }

  /**
   * In a segment of a consolidation.
   *
   * @param start the position at which the segment begins
   */
  record InSegment(Backup backup, Entry entry, long start, long from, long to) implements Piece {}
}
