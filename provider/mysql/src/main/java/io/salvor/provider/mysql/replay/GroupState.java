package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.EventReader.Placed;
import org.jspecify.annotations.Nullable;

/** Where in a group a reader of a log is. */
final class GroupState {
  private static final int FLAGS = BinlogEvent.HEADER + 12;
  private static final int STANDALONE = 1;

  private @Nullable BinlogPlace begun;
  private boolean transaction;

  /** What an event is to its group. */
  enum Role {
    /** It is in none. */
    OUTSIDE,
    BEGINS,
    INSIDE,
    /** A transaction is complete. */
    ENDS,
    /** It is a group of its own, or the statement of one. */
    SINGLE
  }

  /** Where the group began that the last event was in. */
  BinlogPlace begun() {
    BinlogPlace place = begun;
    if (place == null) {
      throw new IllegalStateException("no group has begun");
    }
    return place;
  }

  /** Whether the group that was begun last is not complete. */
  boolean isOpen() {
    return begun != null;
  }

  /** The group is done with. */
  void close() {
    begun = null;
    transaction = false;
  }

  /**
   * The next event; who is told that a group ends calls {@link #close}.
   *
   * @param act of a statement; null if it is none
   */
  Role next(Placed placed, LoggedStatement.@Nullable Act act) {
    BinlogEvent event = placed.event();
    switch (event.type()) {
      case BinlogEvent.GTID -> {
        begun = placed.at();
        transaction = (event.bytes()[FLAGS] & STANDALONE) == 0;
        return Role.BEGINS;
      }
      case BinlogEvent.GTID_MYSQL,
          BinlogEvent.ANONYMOUS_GTID_MYSQL,
          BinlogEvent.GTID_TAGGED_MYSQL -> {
        begun = placed.at();
        transaction = false;
        return Role.BEGINS;
      }
      case BinlogEvent.XID, BinlogEvent.XA_PREPARE -> {
        begin(placed);
        return Role.ENDS;
      }
      case BinlogEvent.QUERY, BinlogEvent.QUERY_COMPRESSED -> {
        boolean first = begin(placed);
        if (act == LoggedStatement.Act.BEGIN) {
          transaction = true;
          return first ? Role.BEGINS : Role.INSIDE;
        }
        if (act == LoggedStatement.Act.COMMIT || act == LoggedStatement.Act.ROLLBACK) {
          return Role.ENDS;
        }
        return transaction ? Role.INSIDE : Role.SINGLE;
      }
      case BinlogEvent.FORMAT, BinlogEvent.ROTATE, BinlogEvent.STOP -> {
        return Role.OUTSIDE;
      }
      default -> {
        return begun == null ? Role.OUTSIDE : Role.INSIDE;
      }
    }
  }

  private boolean begin(Placed placed) {
    if (begun != null) {
      return false;
    }
    begun = placed.at();
    return true;
  }
}
