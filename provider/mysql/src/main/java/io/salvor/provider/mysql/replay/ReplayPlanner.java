package io.salvor.provider.mysql.replay;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.EventReader;
import io.salvor.provider.mysql.binlog.EventReader.Placed;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a log once to tell what is applied of it, and whether it can be. */
final class ReplayPlanner {
  private static final int MOST_PROBLEMS = 5;
  private static final int FORMAT_FLAGS = BinlogEvent.HEADER + 12;
  private static final int DISTRIBUTED = 64 | 128;

  private final CapturedLog log;
  private final BinlogPlace from;
  private final BinlogPlace end;
  private final @Nullable Instant goal;
  private final Chosen chosen;
  private final Progress progress;
  private final GroupState state = new GroupState();
  private final List<String> problems = new ArrayList<>();
  private final Set<Long> wanted = new HashSet<>();
  private Counts group = new Counts();
  private final Counts all = new Counts();
  private BinlogPlace to;
  private @Nullable Instant last;
  private long bytes;

  /** What was found. */
  private static final class Counts {
    private long statements;
    private long rows;
    private long largest;
    private boolean events;
    private final List<String> problems = new ArrayList<>();
  }

  private long transactions;

  /**
   * To a goal.
   *
   * @param end where what was captured ends
   * @param goal the last second that counts; null for all
   */
  ReplayPlanner(
      CapturedLog log,
      BinlogPlace from,
      BinlogPlace end,
      @Nullable Instant goal,
      Chosen chosen,
      Progress progress) {
    this.log = log;
    this.from = from;
    this.end = end;
    this.goal = goal;
    this.chosen = chosen;
    this.progress = progress;
    this.to = from;
  }

  ReplayPlan plan() throws IOException {
    progress.phase("log");
    EventReader events = new EventReader(log, from, end, progress);
    BinlogFormat format = log.format(from.file());
    for (Placed placed = events.next(); placed != null; placed = events.next()) {
      BinlogEvent event = placed.event();
      if (event.type() == BinlogEvent.FORMAT) {
        format = BinlogFormat.read(event);
        wanted.clear();
      } else {
        format.check(event);
      }
      bytes += event.bytes().length;
      progress.advance(0, event.bytes().length);
      if (!one(placed, format) || problems.size() >= MOST_PROBLEMS) {
        break;
      }
    }
    return new ReplayPlan(
        log,
        from,
        to,
        last,
        transactions,
        all.statements,
        all.rows,
        bytes,
        all.largest,
        all.events,
        problems);
  }

  /** Whether to go on. */
  private boolean one(Placed placed, BinlogFormat format) throws IOException {
    BinlogEvent event = placed.event();
    LoggedStatement statement = null;
    QueryEvent query = null;
    if (event.type() == BinlogEvent.QUERY || event.type() == BinlogEvent.QUERY_COMPRESSED) {
      query = QueryEvent.read(event, format);
      statement = LoggedStatement.parse(StatementText.of(query), query.hasAnsiQuotes());
    }
    GroupState.Role role = state.next(placed, statement == null ? null : statement.act());
    if (query != null && statement != null) {
      statement(placed, query, statement);
    } else {
      other(placed, format);
    }
    if (role != GroupState.Role.ENDS && role != GroupState.Role.SINGLE) {
      return true;
    }
    boolean counts = goal == null || event.when() <= goal.getEpochSecond();
    if (counts) {
      all.statements += group.statements;
      all.rows += group.rows;
      all.largest = Math.max(all.largest, group.largest);
      all.events |= group.events;
      problems.addAll(group.problems);
      transactions += group.statements + group.rows > 0 ? 1 : 0;
      to = placed.end();
      last = Instant.ofEpochSecond(event.when());
    }
    group = new Counts();
    state.close();
    return counts;
  }

  private void statement(Placed placed, QueryEvent query, LoggedStatement statement) {
    switch (chosen.decide(statement, query)) {
      case Chosen.Decision.Skip _ -> {}
      case Chosen.Decision.Run run -> {
        if (!StatementText.isReadable(query)) {
          problem(placed, "a statement is in a character set that is not known");
        }
        group.statements += statement.act() == LoggedStatement.Act.SAVEPOINT ? 0 : 1;
        group.largest = Math.max(group.largest, run.sql().length());
        group.events |=
            statement.act() == LoggedStatement.Act.ROUTINE
                && statement.tokens().stream().limit(8).anyMatch(token -> token.is("EVENT"));
      }
      case Chosen.Decision.Refuse refuse -> problem(placed, refuse.why());
    }
  }

  private void other(Placed placed, BinlogFormat format) throws IOException {
    BinlogEvent event = placed.event();
    if (event.isRows()) {
      if (wanted.contains(TableMap.id(event, format))) {
        group.rows++;
        group.largest = Math.max(group.largest, event.bytes().length);
      }
      return;
    }
    switch (event.type()) {
      case BinlogEvent.TABLE_MAP -> {
        TableMap map = TableMap.read(event, format);
        if (chosen.table(map.database(), map.table())) {
          wanted.add(map.id());
        } else {
          wanted.remove(map.id());
        }
      }
      case BinlogEvent.INCIDENT ->
          problems.add("the server has noted at " + log.text(placed.at()) + " that it lost events");
      case BinlogEvent.TRANSACTION_PAYLOAD ->
          problem(placed, "a transaction was compressed, which cannot be applied");
      case BinlogEvent.XA_PREPARE -> problem(placed, "a distributed transaction (XA) was logged");
      case BinlogEvent.GTID -> {
        if ((event.bytes()[FORMAT_FLAGS] & DISTRIBUTED) != 0) {
          problem(placed, "a distributed transaction (XA) was logged");
        }
      }
      default -> {}
    }
  }

  private void problem(Placed placed, String why) {
    group.problems.add(
        "at "
            + log.text(placed.at())
            + ", "
            + Instant.ofEpochSecond(placed.event().when())
            + ", "
            + why);
  }
}
