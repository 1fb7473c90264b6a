package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is applied.
 *
 * @param from where the backup lies
 * @param to the end of the last group that counts
 * @param last when that group was committed, to the second; null if there is none
 * @param transactions of which anything is applied
 * @param statements that define something and are run
 * @param rows events with rows
 * @param bytes of the log that are read
 * @param largest the size of the largest event that is applied
 * @param events whether something is made that the server runs by itself
 * @param problems why it cannot be applied; empty if it can
 */
record ReplayPlan(
    CapturedLog log,
    BinlogPlace from,
    BinlogPlace to,
    @Nullable Instant last,
    long transactions,
    long statements,
    long rows,
    long bytes,
    long largest,
    boolean events,
    List<String> problems) {
  ReplayPlan {
    problems = List.copyOf(problems);
  }
}
