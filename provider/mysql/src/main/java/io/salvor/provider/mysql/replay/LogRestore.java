package io.salvor.provider.mysql.replay;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.binlog.BasePoint;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.CapturedLog.Reach;
import io.salvor.provider.mysql.binlog.Logs;
import io.salvor.provider.mysql.logical.DatabaseTargets;
import io.salvor.provider.mysql.logical.Names;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A restore of databases to a time: a backup, and how much of the log is applied to it. */
public final class LogRestore {
  private final Repository repository;
  private final BasePoint base;
  private final CapturedLog log;
  private final Reach reach;
  private final @Nullable Instant goal;

  private LogRestore(
      Repository repository, BasePoint base, CapturedLog log, Reach reach, @Nullable Instant goal) {
    this.repository = repository;
    this.base = base;
    this.log = log;
    this.reach = reach;
    this.goal = goal;
  }

  /**
   * What it takes to get to a time; empty if the server was never followed.
   *
   * @param found a backup of the source that is meant
   * @param goal null for the end of what was captured
   * @throws SalvorException GOAL_UNREACHABLE with the nearest times that can be had
   */
  public static Optional<LogRestore> of(Repository repository, Backup found, @Nullable Instant goal)
      throws IOException {
    Origin origin = found.manifest().origin();
    if (!BasePoint.Reader.isBase(found)) {
      return Optional.empty();
    }
    String server = server(origin.source());
    List<CapturedLog> captured =
        CapturedLog.read(
            repository, source -> Endpoint.handles(source) && server(source).equals(server));
    if (captured.isEmpty()) {
      return Optional.empty();
    }
    Logs logs = new Logs(captured);
    List<BasePoint> bases =
        new BasePoint.Reader(repository)
            .all().stream()
                .filter(base -> base.backup().manifest().origin().source().equals(origin.source()))
                .filter(base -> base.backup().manifest().origin().host().equals(origin.host()))
                .toList();
    for (BasePoint base : bases.reversed()) {
      Optional<CapturedLog> log = logs.of(base);
      Optional<Reach> reach = log.flatMap(one -> one.reach(base.place()));
      if (log.isEmpty() || reach.isEmpty() || (goal != null && base.finished().isAfter(goal))) {
        continue;
      }
      boolean reached =
          goal == null ? reach.get().next() == null : !reach.get().until().isBefore(goal);
      if (reached) {
        return Optional.of(new LogRestore(repository, base, log.get(), reach.get(), goal));
      }
    }
    throw unreachable(origin.source(), goal, bases, logs);
  }

  private static String server(String source) {
    return Endpoint.parse(source, "nobody").place();
  }

  private static SalvorException unreachable(
      String source, @Nullable Instant goal, List<BasePoint> bases, Logs logs) {
    Instant before = Instant.EPOCH;
    Instant after = Instant.MAX;
    for (BasePoint base : bases) {
      Optional<Reach> reach = logs.reach(base);
      boolean later = goal != null && base.finished().isAfter(goal);
      if (later && reach.isPresent() && base.finished().isBefore(after)) {
        after = base.finished();
      } else if (!later && reach.isPresent() && reach.get().until().isAfter(before)) {
        before = reach.get().until();
      }
    }
    String near =
        (before.equals(Instant.EPOCH)
                ? "no backup from which the log goes on was complete by then"
                : "from a backup before it the log goes on up to " + before)
            + (after.equals(Instant.MAX) ? "" : "; it can be had again from " + after + " on");
    return new SalvorException(
        ErrorCode.GOAL_UNREACHABLE,
        "The databases of "
            + source
            + " cannot be restored to "
            + (goal == null ? "the end of what was captured" : goal),
        near,
        "name a time within `salvor windows`, or leave --at out to restore the last backup");
  }

  /** The backup that is restored first. */
  public Backup backup() {
    return base.backup();
  }

  /**
   * The target to which the backup is restored, and the log is applied then.
   *
   * @param databases the same target for a backup alone
   * @param targets which has opened it, by this address
   * @param whole whether the restore is about whole databases
   */
  public Target over(
      Target databases,
      DatabaseTargets targets,
      String address,
      Mapping mapping,
      Scope scope,
      boolean whole) {
    Chosen chosen = new Chosen(new Names(mapping), scope, whole);
    return new ReplayTarget(
        databases, targets.endpoint(address), targets.passwords(), chosen, this);
  }

  BasePoint base() {
    return base;
  }

  ReplayPlanner planner(Chosen chosen, io.salvor.engine.progress.Progress progress) {
    return new ReplayPlanner(log, base.place(), reach.to(), goal, chosen, progress);
  }

  Repository repository() {
    return repository;
  }

  /** What it goes to, for people. */
  String goalText() {
    return goal == null ? "the end of what was captured" : goal.toString();
  }
}
