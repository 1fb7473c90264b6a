package io.salvor.provider.mysql.binlog;

import io.salvor.provider.mysql.binlog.CapturedLog.Reach;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The logs that one server has had, one after the other.
 *
 * @param all by when they were begun
 */
public record Logs(List<CapturedLog> all) {
  public Logs {
    all = all.stream().sorted(Comparator.comparing(CapturedLog::begun)).toList();
  }

  /** The log that a backup lies in: the newest that had been begun when it was complete. */
  public Optional<CapturedLog> of(BasePoint base) {
    return all.stream()
        .filter(log -> !log.begun().isAfter(base.finished()))
        .filter(
            log ->
                log.files().containsKey(base.place().file())
                    && log.files().get(base.place().file()).name().equals(base.name()))
        .reduce((one, other) -> other);
  }

  /** How far a log takes a backup; empty if it lies in none. */
  public Optional<Reach> reach(BasePoint base) {
    return of(base).flatMap(log -> log.reach(base.place()));
  }
}
