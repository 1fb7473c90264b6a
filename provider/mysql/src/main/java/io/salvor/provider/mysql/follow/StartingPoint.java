package io.salvor.provider.mysql.follow;

import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.binlog.BasePoint;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.CapturedLog.Captured;
import io.salvor.provider.mysql.binlog.LogSystem;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where to begin: where the journal ends, if the server still has that; else with the first file
 * that it has, and the rest is a gap. Without a journal with the file that the earliest backup
 * needs, or else with the newest.
 */
final class StartingPoint {
  private final Repository repository;
  private final Endpoint endpoint;
  private final FollowEvents events;

  /**
   * A place to begin at.
   *
   * @param system the log that goes on; null for one that was not followed before
   * @param format of the file that goes on; null at the beginning of one
   * @param truncated of the file before: how much of it the server has kept
   */
  record Start(
      BinlogPlace from,
      @Nullable String system,
      @Nullable BinlogFormat format,
      OptionalLong truncated) {
    static Start anew(BinlogPlace from, @Nullable String system) {
      return new Start(from, system, null, OptionalLong.empty());
    }
  }

  StartingPoint(Repository repository, Endpoint endpoint, FollowEvents events) {
    this.repository = repository;
    this.endpoint = endpoint;
    this.events = events;
  }

  /**
   * Looks for it.
   *
   * @param server what tells the server from others
   * @param another why the log that the journal has is not the server's; null if it may be
   */
  Start find(String source, String server, LogServer.Files files, @Nullable String another)
      throws IOException {
    Optional<CapturedLog> last =
        CapturedLog.read(repository, source::equals).stream()
            .filter(log -> LogSystem.isOf(log.system(), server) && !log.files().isEmpty())
            .max(Comparator.comparing(CapturedLog::begun));
    if (last.isEmpty()) {
      return Start.anew(first(files), null);
    }
    CapturedLog log = last.get();
    Captured end = log.files().lastEntry().getValue();
    if (another != null) {
      return anotherLog(log, end, files, another);
    }
    long newest = files.sizes().lastKey();
    long there = files.sizes().getOrDefault(end.number(), -1L);
    boolean other =
        !files.name().equals(end.name())
            || end.number() > newest
            || (end.complete() && there >= 0 && there != end.to())
            || (end.number() == newest && there < end.to());
    if (other) {
      return anotherLog(log, end, files, "the server's log is not the one that was captured");
    }
    if (end.number() < files.sizes().firstKey() && !(end.complete() && follows(files, end))) {
      BinlogPlace from = new BinlogPlace(files.sizes().firstKey(), 0);
      events.gap(
          from.file(),
          log.text(new BinlogPlace(end.number(), end.to())),
          from.text(files.name()),
          "the server has deleted its files before " + files.name().at(from.file()));
      return Start.anew(from, log.system());
    }
    if (end.complete()) {
      return Start.anew(new BinlogPlace(end.number() + 1, 0), log.system());
    }
    if (there < end.to()) {
      events.warning(
          "log-cut-off",
          "the server has lost the end of "
              + end.name().at(end.number())
              + ", from "
              + there
              + " to "
              + end.to()
              + ", in a crash: what was committed there is not in it any more, nor is it restored");
      return new Start(
          new BinlogPlace(end.number() + 1, 0), log.system(), null, OptionalLong.of(there));
    }
    BinlogPlace from = log.boundary(new BinlogPlace(end.number(), end.to()));
    return new Start(from, log.system(), log.format(end.number()), OptionalLong.empty());
  }

  private static boolean follows(LogServer.Files files, Captured end) {
    return files.sizes().firstKey() == end.number() + 1;
  }

  private Start anotherLog(CapturedLog log, Captured end, LogServer.Files files, String why) {
    BinlogPlace from = new BinlogPlace(files.sizes().firstKey(), 0);
    events.gap(
        from.file(),
        log.text(new BinlogPlace(end.number(), end.to())),
        from.text(files.name()),
        why + ", as after RESET MASTER");
    return Start.anew(from, null);
  }

  /** What backups need that were made already. */
  private BinlogPlace first(LogServer.Files files) throws IOException {
    long newest = files.sizes().lastKey();
    return new BinlogPlace(
        new BasePoint.Reader(repository)
            .all().stream()
                .filter(base -> base.server().equals(endpoint.place()))
                .filter(base -> base.name().equals(files.name()))
                .map(base -> base.place().file())
                .filter(files.sizes()::containsKey)
                .min(Comparator.naturalOrder())
                .orElse(newest),
        0);
  }
}
