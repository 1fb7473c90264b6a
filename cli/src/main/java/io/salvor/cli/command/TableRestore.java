package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictPrompt;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestoreRecords;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.postgresql.logical.DatabaseTargets;
import io.salvor.provider.postgresql.logical.ScratchDatabase;
import io.salvor.provider.postgresql.logical.TablePatterns;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.recovery.ScratchPlace;
import io.salvor.provider.postgresql.recovery.ScratchServer;
import io.salvor.provider.postgresql.rows.RowChange;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Restores tables out of the backup of a cluster, by way of a scratch server. */
final class TableRestore {
  private static final Path USUAL = Path.of("/var/tmp");

  private final Backup backup;
  private final ClusterRestore cluster;
  private final Repository repository;
  private final RestoreSteps steps;
  private final Session session;

  /**
   * How they are restored.
   *
   * @param rows which changes of rows are meant, where only differences are restored
   * @param decide whether it is to be applied
   */
  record Way(
      RestoreMode mode,
      ConflictStrategy strategy,
      Check check,
      Set<RowChange.Kind> rows,
      boolean decide) {}

  /** Shows the plan or applies it. */
  interface Finish {
    Exit of(PlannedRestore planned, Target target) throws IOException, InterruptedException;
  }

  TableRestore(
      Backup backup,
      ClusterRestore cluster,
      Repository repository,
      RestoreSteps steps,
      Session session) {
    this.backup = backup;
    this.cluster = cluster;
    this.repository = repository;
    this.steps = steps;
    this.session = session;
  }

  /**
   * Takes tables out, and restores them to a database.
   *
   * @param base where the scratch server is set up; null for the usual place
   */
  Exit run(
      String address,
      TablePatterns patterns,
      Mapping mapping,
      @Nullable Path base,
      Way way,
      Finish finish)
      throws IOException, InterruptedException {
    DatabaseTargets targets = targets(address);
    targets.require(address);
    OsUser user = cluster.user();
    Path there = base == null ? usual() : session.machine().directory().resolve(base);
    try (ScratchPlace place = ScratchPlace.in(there, user)) {
      Recovery.Request request = cluster.request(place.data());
      files(place, user);
      try (ScratchServer server =
              ScratchServer.recover(request, place, Sleeper.REAL, session.progress());
          ScratchDatabase taken =
              ScratchDatabase.open(server.endpoint(patterns.database()), patterns, mapping)) {
        steps.telling(new ScratchText(server.outcome()));
        taken
            .unmatched()
            .forEach(
                pattern ->
                    session.warn(
                        "",
                        "nothing matched --include " + pattern,
                        ErrorCode.NOTHING_MATCHED.code()));
        return restore(address, targets, taken, way, finish);
      }
    }
  }

  private Exit restore(
      String address, DatabaseTargets targets, ScratchDatabase taken, Way way, Finish finish)
      throws IOException, InterruptedException {
    Restores restores =
        new Restores(repository, session.machine().host().get(), session.machine().user());
    try (Target target = opened(address, targets, taken, way);
        PlannedRestore planned =
            steps.plan(
                way.strategy(),
                way.decide(),
                prompt ->
                    restores.plan(
                        new RestoreRequest(
                            backup,
                            Scope.ALL,
                            way.mode(),
                            way.strategy(),
                            prompt,
                            false,
                            way.check()),
                        taken.entries(way.mode(), session.progress()),
                        target,
                        session.progress()))) {
      return finish.of(planned, target);
    }
  }

  private Target opened(String address, DatabaseTargets targets, ScratchDatabase taken, Way way) {
    Target target = targets.open(address, taken, repository.blobs());
    DatabaseTargets.only(target, way.rows());
    return target;
  }

  private DatabaseTargets targets(String address) {
    for (TargetProvider each : session.machine().targets().get()) {
      if (each.handles(address) && each instanceof DatabaseTargets targets) {
        return targets;
      }
    }
    throw Words.usage(
        "--to cannot be \"" + address + "\" for tables of PostgreSQL",
        "it names a server of another kind",
        "write postgresql://user@host:port/database");
  }

  private Path usual() {
    String named = session.machine().environment().getOrDefault("TMPDIR", "");
    if (!named.isEmpty()) {
      return session.machine().directory().resolve(named);
    }
    return Files.isWritable(USUAL) ? USUAL : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }

  /** Restores the cluster's files, which nobody lists: they are gone when the command ends. */
  private void files(ScratchPlace place, OsUser user) throws IOException, InterruptedException {
    LocalState local = LocalState.within(place.aside("records"));
    Restores unlisted =
        new Restores(
            repository,
            new RestoreRecords(local.state("scratch").directory("restores")),
            session.machine().host().get(),
            session.machine().user());
    RestoreRequest request =
        new RestoreRequest(
            backup,
            ClusterRestore.scope(),
            RestoreMode.NEW,
            ConflictStrategy.FAIL,
            ConflictPrompt.NOBODY,
            false,
            Check.METADATA,
            entry -> ClusterRestore.becomes(entry, user));
    try (Target files = Targets.open(place.data().toString(), Mapping.NONE, repository, session);
        PlannedRestore planned = unlisted.plan(request, files, session.progress())) {
      RestoreReport report =
          unlisted.apply(planned, true, new Undo.None(), files, session.progress());
      if (report.worst() != null) {
        RestoreReport.Problem first = report.problems().getFirst();
        throw new SalvorException(
            first.code(),
            "The backup " + backup.id() + " cannot be set up on a scratch server",
            first.key() + ": " + first.message(),
            "restore another backup, or see `salvor verify` and `salvor repair`");
      }
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.TARGET_FULL) {
        throw e;
      }
      throw new SalvorException(
          e.code(),
          "There is not enough room for a scratch server in " + place.data().getParent(),
          e.why(),
          "name a directory that has room for the whole cluster with --scratch",
          e);
    }
  }
}
