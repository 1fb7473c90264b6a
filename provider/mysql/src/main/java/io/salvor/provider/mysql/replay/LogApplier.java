package io.salvor.provider.mysql.replay;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.EventReader;
import io.salvor.provider.mysql.binlog.EventReader.Placed;
import java.io.IOException;

/** Applies what a plan names, in the order of the log. For one thread. */
final class LogApplier implements AutoCloseable {
  private final ReplayPlan plan;
  private final Chosen chosen;
  private final Endpoint endpoint;
  private final Progress progress;
  private final GroupState state = new GroupState();
  private final RowWriter rows;
  private final StatementRunner statements;

  LogApplier(
      ReplayPlan plan, Chosen chosen, Endpoint endpoint, Passwords passwords, Progress progress)
      throws IOException {
    this.plan = plan;
    this.chosen = chosen;
    this.endpoint = endpoint;
    this.progress = progress;
    Session first = Session.open(endpoint, passwords);
    try {
      this.rows = new RowWriter(first, chosen);
      this.statements = new StatementRunner(Session.open(endpoint, passwords));
    } catch (IOException | RuntimeException e) {
      first.close();
      throw e;
    }
  }

  void run() throws IOException {
    progress.phase("replay");
    progress.expect(plan.transactions(), plan.bytes());
    EventReader events = new EventReader(plan.log(), plan.from(), plan.to(), progress);
    BinlogFormat format = plan.log().format(plan.from().file());
    rows.format(format);
    BinlogPlace done = plan.from();
    for (Placed placed = events.next(); placed != null; placed = events.next()) {
      progress.checkCancelled();
      if (placed.event().type() == BinlogEvent.FORMAT) {
        format = BinlogFormat.read(placed.event());
        rows.format(format);
      }
      try {
        if (one(placed, format)) {
          done = placed.end();
        }
      } catch (ServerError e) {
        throw failed(placed, done, e);
      }
      progress.advance(0, placed.event().bytes().length);
    }
  }

  private SalvorException failed(Placed placed, BinlogPlace done, ServerError e) {
    return new SalvorException(
        ErrorCode.RECOVERY_FAILED,
        "The log cannot be applied to " + endpoint,
        "at " + plan.log().text(placed.at()) + " it says: " + e.said(),
        "What was restored is as of "
            + plan.log().text(done)
            + "; find out why, drop it, and restore again, or to a time before",
        e);
  }

  /** Whether a group is complete with that. */
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
      if (chosen.decide(statement, query) instanceof Chosen.Decision.Run run) {
        if (statement.act() == LoggedStatement.Act.SAVEPOINT) {
          rows.savepoint(run.sql());
        } else {
          // It commits what is under way, there as here.
          rows.commit();
          statements.run(run, query, event.when());
        }
      }
    } else if (event.type() == BinlogEvent.TABLE_MAP) {
      rows.table(TableMap.read(event, format));
    } else if (event.isRows()) {
      rows.rows(event);
    }
    if (role == GroupState.Role.ENDS || role == GroupState.Role.SINGLE) {
      boolean undone = statement != null && statement.act() == LoggedStatement.Act.ROLLBACK;
      progress.advance(rows.end(undone) ? 1 : 0, 0);
      state.close();
      return true;
    }
    return false;
  }

  @Override
  public void close() {
    rows.close();
    statements.close();
  }
}
