package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.Undo;
import io.salvor.engine.tree.Tree;
import io.salvor.provider.mysql.replay.LogRestore;
import io.salvor.provider.postgresql.logical.DatabaseTargets;
import io.salvor.provider.postgresql.logical.TablePatterns;
import io.salvor.provider.postgresql.recovery.ClusterTarget;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import io.salvor.provider.postgresql.rows.RowChange;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor restore}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor restore latest --to /tmp/home                    everything, beside the original",
      "  salvor restore latest --to origin --dry-run             what would it do?",
      "  salvor restore latest --to origin --on-conflict overwrite --yes",
      "  salvor restore latest --to /tmp/x --include '/etc/nginx/' --include '*.conf'",
      "  salvor restore latest --to postgresql://me@db:5432/shop --include /tables/public/orders",
      "  salvor restore latest --source postgresql+cluster://me@db:5432 --at 2026-01-30T14:24:59Z",
      "      --include shop/public.orders --map public.orders=public.orders_before",
      "      --to postgresql://me@db:5432/shop       one table as it was, beside the live one",
      "  salvor restore latest --to origin --include /tables/public/orders --mode differences",
      "      --only added --on-conflict overwrite --yes    rows that were deleted come back",
      "  salvor restore latest --source /home --at 2026-01-30T15:00:00Z --to /tmp/home",
      "  salvor restore latest --source mariadb://me@db/shop --at 2026-01-30T15:00:00Z"
          + " --to mariadb://me@db/shop_before",
      "",
      "What lay in the source directory comes to lie in the target. An existing entry that differs",
      "is a conflict. What is changed or deleted is kept first, for 30 days: see `salvor rollback`."
    })
final class RestoreCommand implements Command {
  @Parameters(
      arity = "0..1",
      paramLabel = "<backup>",
      description = "an id, the beginning of one, or latest")
  @Nullable String backup;

  @Option(
      names = "--to",
      paramLabel = "<target>",
      description =
          "a directory, or a database of any kind, as postgresql://user@host:port/database,"
              + " mysql://… or mongodb://…, none of which need exist; or origin")
  @Nullable String to;

  @Mixin Fallback fallback = new Fallback();

  @Mixin BackupChoice choice = new BackupChoice();

  @Mixin ForeignOptions foreign = new ForeignOptions();

  @Mixin TimeChoice time = new TimeChoice();

  @Mixin PatternOptions patterns = new PatternOptions();

  @Mixin RecoveryOptions recovery = new RecoveryOptions();

  @Mixin WriteOptions write = new WriteOptions();

  @Option(
      names = "--delete-extra",
      description = "delete what exists in the restored part and is not in the backup")
  boolean deleteExtra;

  @Option(
      names = "--mode",
      paramLabel = "<mode>",
      description =
          "inplace (the default), new: nothing may be there (for a cluster the default), or, for"
              + " tables of PostgreSQL, differences: only rows that differ, found by their keys, or"
              + " swap: the restored table takes the live one's place, which is kept under another"
              + " name")
  @Nullable String mode;

  @Option(
      names = "--undo-to",
      paramLabel = "<address>",
      description = "keep what is changed or deleted in this repository")
  @Nullable String undoTo;

  @Option(
      names = "--check",
      paramLabel = "<how>",
      description =
          "how what was written is verified: metadata, content (the default), or durable: read"
              + " back from the device")
  String check = "content";

  @Option(
      names = "--no-proof",
      description = "do not note in the repository that the backup was restored")
  boolean noProof;

  @Option(
      names = "--save-plan",
      paramLabel = "<file>",
      description = "keep the plan in a file, to be applied later; write nothing else")
  @Nullable Path savePlan;

  @Option(names = "--plan", paramLabel = "<file>", description = "apply a plan that was kept")
  @Nullable Path plan;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    requireSense();
    ConflictStrategy strategy = write.strategy(session);
    Selection selection = patterns.selection();
    Check wantedCheck =
        Words.choose("--check", check, Check.values(), c -> c.name().toLowerCase(Locale.ROOT));
    @Nullable RestoreMode wantedMode =
        mode == null
            ? null
            : Words.choose(
                "--mode", mode, RestoreMode.values(), m -> m.name().toLowerCase(Locale.ROOT));
    Instant until = time.until(session);
    String given = to == null || to.equals(Targets.ORIGIN) ? null : Targets.given(to, session);
    Repository repository =
        write.dryRun || savePlan != null ? session.openToRead() : session.openToWrite();
    fallback.use(repository, session);
    Restores restores =
        new Restores(repository, session.machine().host().get(), session.machine().user());
    RestoreSteps steps = new RestoreSteps(session, restores);
    if (!noProof && plan == null && patterns.isEmpty()) {
      steps.proving(repository);
    }
    BackupList list = BackupList.read(repository);
    if (plan != null) {
      return saved(plan, given, list, repository, restores, steps, session);
    }
    Backup found = chosen(list, repository, until, session);
    if (ClusterRestore.isOne(found)) {
      return cluster(
          found, until, wantedMode, strategy, wantedCheck, repository, restores, steps, session);
    }
    recovery.refuse();
    Optional<LogRestore> replay = replay(found, until, repository);
    found = replay.map(LogRestore::backup).orElse(found);
    Tree tree = repository.tree(found.manifest().root());
    Targets.Place place = Targets.place(String.valueOf(to), found.manifest(), tree, session);
    requireMappable(place.address(), session);
    Mapping asked = foreign.mapping();
    String source = found.manifest().origin().source();
    Mapping mapping =
        Targets.provider(place.address(), session)
            .map(provider -> provider.mapping(place.address(), asked, source))
            .orElse(asked);
    RestoreMode way = wantedMode == null ? defaultMode(replay) : wantedMode;
    Scope scope = scope(selection, place, mapping, way, session);
    Includes includes = new Includes(scope, patterns.include);
    Set<RowChange.Kind> only = foreign.rows(way);
    Backup chosen = found;
    try (Target target =
            over(
                opened(place, mapping, only, repository, session),
                replay,
                place.address(),
                mapping,
                scope,
                session);
        PlannedRestore planned =
            steps.plan(
                strategy,
                !write.dryRun,
                prompt ->
                    restores.plan(
                        new RestoreRequest(
                            chosen,
                            includes.scope(),
                            way,
                            strategy,
                            prompt,
                            deleteExtra,
                            wantedCheck),
                        target,
                        session.progress()))) {
      includes.tell(session);
      rows(way, target, steps);
      return finish(planned, target, repository, steps, session);
    }
  }

  private static Target opened(
      Targets.Place place,
      Mapping mapping,
      Set<RowChange.Kind> only,
      Repository repository,
      Session session) {
    Target target = Targets.open(place.address(), mapping, repository, session);
    DatabaseTargets.only(target, only);
    return target;
  }

  /** Has it told how many rows of which table differ. */
  private static void rows(RestoreMode way, Target target, RestoreSteps steps) {
    if (way == RestoreMode.DIFFERENCES) {
      steps.telling(new RowsText(DatabaseTargets.rowCounts(target)));
    }
  }

  /** How a database gets to a time, if its server is followed; else --at chooses a backup. */
  private Optional<LogRestore> replay(Backup found, @Nullable Instant until, Repository repository)
      throws IOException {
    Optional<RecoveryGoal> goal = RecoveryPoint.of(time.at);
    boolean end = goal.isPresent() && goal.get() instanceof RecoveryGoal.EndOfWal;
    Optional<LogRestore> replay =
        until == null && !end ? Optional.empty() : LogRestore.of(repository, found, until);
    if (replay.isEmpty()) {
      time.refuseGoals();
    } else if (savePlan != null) {
      throw Words.usage(
          "--save-plan cannot go with --at for a database that is followed",
          "what is applied of its log is in no plan",
          "look at it with --dry-run, and leave --save-plan out");
    }
    return replay;
  }

  private static RestoreMode defaultMode(Optional<LogRestore> replay) {
    return replay.isPresent() ? RestoreMode.NEW : RestoreMode.INPLACE;
  }

  private Target over(
      Target target,
      Optional<LogRestore> replay,
      String address,
      Mapping mapping,
      Scope scope,
      Session session) {
    if (replay.isEmpty()) {
      return target;
    }
    if (Targets.provider(address, session).orElse(null)
        instanceof io.salvor.provider.mysql.logical.DatabaseTargets targets) {
      return replay.get().over(target, targets, address, mapping, scope, patterns.isEmpty());
    }
    throw Words.usage(
        "--at needs a target of the backup's own kind",
        "the log is applied by a server of MariaDB or MySQL",
        "name one like --to mariadb://user@host:port/database");
  }

  /** A saved plan, or the one just made: shown, kept, or applied. */
  private Exit finish(
      PlannedRestore planned,
      Target target,
      Repository repository,
      RestoreSteps steps,
      Session session)
      throws IOException, InterruptedException {
    if (savePlan != null) {
      planned.save(savePlan);
    }
    return write.dryRun || savePlan != null
        ? steps.preview(planned, savePlan)
        : steps.apply(
            planned, write.yes, write.acceptIrreversible, undo(repository, session), target);
  }

  private Exit saved(
      Path saved,
      @Nullable String given,
      BackupList list,
      Repository repository,
      Restores restores,
      RestoreSteps steps,
      Session session)
      throws IOException, InterruptedException {
    RestorePlan kept = PlanFile.open(saved).plan();
    String where = given != null ? given : kept.target();
    Optional<Backup> cluster =
        list.backups().stream()
            .filter(b -> b.id().text().equals(kept.origin().backup()))
            .filter(ClusterRestore::isOne)
            .findFirst();
    Optional<ClusterRestore> restore =
        cluster.map(
            b -> new ClusterRestore(repository, b, Optional.empty(), foreign.mapping(), recovery));
    try (Target open =
            restore.isPresent()
                ? restore.get().files(Path.of(where))
                : Targets.open(where, foreign.mapping(), repository, session);
        Target target =
            restore.isPresent() ? restore.get().open(open, Path.of(where), steps) : open;
        PlannedRestore loaded = restores.load(saved, target)) {
      return finish(loaded, target, repository, steps, session);
    }
  }

  /** A cluster comes whole, into an empty directory unless it is said otherwise. */
  private Exit cluster(
      Backup found,
      @Nullable Instant until,
      @Nullable RestoreMode wantedMode,
      ConflictStrategy strategy,
      Check wantedCheck,
      Repository repository,
      Restores restores,
      RestoreSteps steps,
      Session session)
      throws IOException, InterruptedException {
    Optional<RecoveryGoal> goal =
        until == null ? RecoveryPoint.of(time.at) : Optional.of(RecoveryPoint.of(until));
    if (savePlan != null && goal.isPresent()) {
      throw Words.usage(
          "--save-plan cannot go with --at for a cluster",
          "a plan keeps what is written, and not how far it is recovered then",
          "look at it with --dry-run, then run it without");
    }
    String where = String.valueOf(to);
    if (Targets.provider(where, session).isPresent()) {
      requireTables();
      return new TableRestore(
              found,
              new ClusterRestore(repository, found, goal, Mapping.NONE, recovery),
              repository,
              steps,
              session)
          .run(
              where,
              TablePatterns.of(patterns.include),
              foreign.mapping(),
              recovery.scratch,
              new TableRestore.Way(
                  wantedMode == null ? RestoreMode.INPLACE : wantedMode,
                  strategy,
                  wantedCheck,
                  foreign.rows(wantedMode),
                  !write.dryRun),
              (planned, target) -> {
                rows(planned.plan().options().mode(), target, steps);
                return finish(planned, target, repository, steps, session);
              });
    }
    if (!patterns.isEmpty()) {
      throw ClusterRestore.onlyWhole();
    }
    if (recovery.scratch != null) {
      recovery.refuseScratch();
    }
    Path data = ClusterRestore.directory(where, session);
    ClusterRestore restore =
        new ClusterRestore(repository, found, goal, foreign.mapping(), recovery);
    RestoreMode way = wantedMode == null ? RestoreMode.NEW : wantedMode;
    OsUser user = restore.user();
    try (Target files = restore.files(data);
        ClusterTarget target = restore.open(files, data, steps);
        PlannedRestore planned =
            steps.plan(
                strategy,
                !write.dryRun,
                prompt ->
                    restores.plan(
                        new RestoreRequest(
                            found,
                            ClusterRestore.scope(),
                            way,
                            strategy,
                            prompt,
                            // A file of another state would be taken for one of this.
                            way == RestoreMode.INPLACE,
                            wantedCheck,
                            entry -> ClusterRestore.becomes(entry, user)),
                        target,
                        session.progress()))) {
      return finish(planned, target, repository, steps, session);
    }
  }

  /** What makes no sense for tables out of the backup of a cluster. */
  private void requireTables() {
    String example =
        "write for instance --include shop/public.orders --to postgresql://me@db:5432/shop";
    if (patterns.include.isEmpty()) {
      throw Words.usage(
          "A cluster cannot be restored into a database",
          "nothing says which of its tables are meant",
          example + "; or name a directory for all of it");
    }
    if (!patterns.exclude.isEmpty() || deleteExtra) {
      throw Words.usage(
          (deleteExtra ? "--delete-extra" : "--exclude")
              + " cannot be used for tables out of a cluster's backup",
          "only what --include names is looked at",
          example);
    }
    if (savePlan != null) {
      throw Words.usage(
          "--save-plan cannot be used for tables out of a cluster's backup",
          "the server that has them is gone when the command ends",
          "look at it with --dry-run, then run it without");
    }
    if (recovery.pause) {
      throw Words.usage(
          "--pause cannot be used for tables out of a cluster's backup",
          "their server is there for the while of the command only",
          "restore the whole cluster to a directory with --pause");
    }
  }

  private void requireSwap() {
    String why = "";
    if (patterns.include.isEmpty()) {
      why = "nothing says which tables are to be swapped";
    } else if (savePlan != null) {
      why = "which names are free is looked for anew each time";
    } else if (foreign.maps()) {
      why = "the restored tables take the names of the live ones";
    } else if (deleteExtra) {
      why = "nothing is deleted: live tables are kept";
    }
    if (!why.isEmpty()) {
      throw Words.usage(
          "--mode swap cannot be used like this",
          why,
          "write for instance `salvor restore latest --to origin --mode swap --include"
              + " /tables/public/orders`, without --map, --save-plan and --delete-extra");
    }
  }

  /** Whether the target has names that can be mapped. */
  private void requireMappable(String address, Session session) {
    if (foreign.maps() && Targets.provider(address, session).isEmpty()) {
      foreign.refuseMapping();
    }
  }

  private static Scope scope(
      Selection selection,
      Targets.Place place,
      Mapping mapping,
      RestoreMode mode,
      Session session) {
    Scope written = Scope.of(selection);
    Scope asked =
        Targets.provider(place.address(), session)
            .map(provider -> provider.scope(written, mapping, mode))
            .orElse(written);
    return place.scope() == Scope.ALL ? asked : asked.and(place.scope());
  }

  private void requireSense() {
    if (mode != null && mode.equalsIgnoreCase(RestoreMode.SWAP.name())) {
      requireSwap();
    }
    if (mode == null || !mode.equalsIgnoreCase(RestoreMode.DIFFERENCES.name())) {
      foreign.refuse("restore");
    } else if (savePlan != null) {
      throw Words.usage(
          "--save-plan cannot go with --mode differences",
          "rows are compared anew each time",
          "look at them with --dry-run, then run it without");
    }
    String see = "see `salvor help restore` for examples";
    if (plan == null && (backup == null || to == null)) {
      throw Words.usage(
          backup == null ? "`salvor restore` needs a backup" : "`salvor restore` needs a target",
          backup == null ? "no id and no latest is given" : "--to is not given",
          "say for instance `salvor restore latest --to /tmp/restored`; " + see);
    }
    if (plan != null && (backup != null || savePlan != null || time.isGiven())) {
      throw Words.usage(
          "--plan cannot go with another choice of what to restore",
          "the plan names its backup and its target",
          see);
    }
    if (undoTo != null && write.noUndo) {
      throw Words.usage("--undo-to and --no-undo cannot go together", "they say opposites", see);
    }
    time.requireSense(backup, see);
  }

  private Backup chosen(
      BackupList list, Repository repository, @Nullable Instant until, Session session)
      throws IOException {
    String word = String.valueOf(backup);
    if (until == null) {
      return choice.one(list, repository, word, session);
    }
    try {
      return choice.one(list, repository, word, until, session);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.BACKUP_NONE) {
        throw e;
      }
      throw tooEarly(list, until, e, session);
    }
  }

  private SalvorException tooEarly(
      BackupList list, Instant until, SalvorException cause, Session session) {
    String earliest =
        list.backups().stream()
            .filter(b -> b.sealed() && !b.isUndo() && choice.takes(b, session))
            .findFirst()
            .map(b -> "the first was complete at " + b.manifest().finished())
            .orElse("there is none at all");
    return new SalvorException(
        ErrorCode.BACKUP_NONE,
        "No backup was complete at " + until,
        earliest,
        "name a later time, or a backup by its id: see `salvor list`",
        cause);
  }

  private Undo undo(Repository repository, Session session) throws IOException {
    if (write.noUndo) {
      return new Undo.None();
    }
    return new Undo.Into(undoTo == null ? repository : session.openToWrite(undoTo));
  }
}
