package io.salvor.engine.restore;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.local.LocalLock;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.restore.RestorePlan.Options;
import io.salvor.engine.restore.RestorePlan.Origin;
import io.salvor.engine.restore.RestorePlan.Volume;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.tree.TreeCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Plans, applies, lists and rolls back restores from one repository. */
public final class Restores {
  /** How long an undo is held. */
  public static final Duration UNDO_HELD = Duration.ofDays(30);

  private static final long BYTES_PER_MS = 150_000;
  private static final long ENTRIES_PER_MS = 12;

  private final Repository repository;
  private final RestoreRecords records;
  private final String host;
  private final String createdBy;

  /**
   * Restores from a repository.
   *
   * @param host this machine, as undo backups name it
   * @param createdBy who asks, likewise
   */
  public Restores(Repository repository, String host, String createdBy) {
    this.repository = repository;
    this.records = records(repository);
    this.host = host;
    this.createdBy = createdBy;
  }

  /** What this machine knows of restores from a repository. */
  public static RestoreRecords records(Repository repository) {
    return new RestoreRecords(
        repository.local().state(repository.id().toString()).directory("restores"));
  }

  /** What this machine knows. */
  public RestoreRecords records() {
    return records;
  }

  /**
   * Plans a restore; writes nothing to the target.
   *
   * @throws SalvorException USAGE for what the target has not, TARGET_FULL, TARGET_INCOMPATIBLE,
   *     TARGET_UNUSABLE
   */
  public PlannedRestore plan(RestoreRequest request, Target target, Progress progress)
      throws IOException {
    requireKnown(request, target);
    Origin origin = new Origin(repository.id().toString(), request.backup().id().text(), "");
    Options options =
        new Options(request.mode(), request.strategy(), request.deleteExtra(), request.check());
    Manifest manifest = request.backup().manifest();
    Problems problems = new Problems();
    Wanted.Cursor wanted =
        new TreeWanted(repository.tree(manifest.root()), request.scope(), progress, problems);
    Patterns patterns = manifest.origin().patterns();
    Scope captured = Scope.of(Selection.of(patterns.include(), patterns.exclude()));
    Extras extras =
        request.deleteExtra() ? new Extras(request.scope(), captured, target.untouchable()) : null;
    return plan(wanted, origin, options, extras, problems, request.prompt(), target, progress);
  }

  private static void requireKnown(RestoreRequest request, Target target) throws IOException {
    if (request.strategy() == ConflictStrategy.MERGE && !target.canMerge()) {
      throw notHere("--on-conflict merge", target);
    }
    if (!target.modes().contains(request.mode())) {
      throw notHere("--mode " + request.mode().name().toLowerCase(Locale.ROOT), target);
    }
    if (request.mode() == RestoreMode.NEW && !target.isEmpty()) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "Cannot make " + target.address() + " anew",
          "there is something already",
          "name another target, or leave --mode out");
    }
  }

  private static SalvorException notHere(String what, Target target) {
    return new SalvorException(
        ErrorCode.USAGE,
        what + " cannot be used here",
        "a target of kind " + target.provider() + " has no such thing",
        "use --on-conflict skip, overwrite, prompt or fail, and --mode inplace or new");
  }

  /**
   * Plans to take a restore back: what it changed and deleted is put back from its undo, what it
   * created is deleted if it is still as it was left.
   *
   * @throws SalvorException UNDO_IMPOSSIBLE if there is nothing to take it back with
   */
  public PlannedRestore planRollback(
      RestoreId restore,
      ConflictStrategy strategy,
      ConflictPrompt prompt,
      Check check,
      Target target,
      Progress progress)
      throws IOException {
    PlanFile original = records.plan(restore);
    RestoreLog.Results log = records.log(restore);
    requireTarget(original.plan(), target);
    String undo = log.undo();
    if (undo.isEmpty() && original.plan().alters() && log.intent() > 0) {
      throw new SalvorException(
          ErrorCode.UNDO_IMPOSSIBLE,
          "The restore " + restore + " cannot be rolled back",
          "it changed or deleted entries and was made with --no-undo",
          "restore another backup of " + target.address());
    }
    TreeCursor before = undo.isEmpty() ? null : undoTree(undo);
    Origin origin = new Origin(repository.id().toString(), undo, restore.text());
    Options options = new Options(RestoreMode.INPLACE, strategy, false, check);
    try (PlanFile.Steps steps = original.steps()) {
      Wanted.Cursor wanted = new RollbackWanted(steps, before, log);
      return plan(wanted, origin, options, null, new Problems(), prompt, target, progress);
    }
  }

  private TreeCursor undoTree(String undo) throws IOException {
    BackupList list = BackupList.read(repository);
    return repository.tree(list.byPrefix(undo).manifest().root()).all();
  }

  private static void requireTarget(RestorePlan plan, Target target) {
    if (!plan.target().equals(target.address())) {
      throw new SalvorException(
          ErrorCode.PLAN_UNUSABLE,
          "The plan of the restore " + plan.id() + " is not for " + target.address(),
          "it was made for " + plan.target(),
          "name that target, or make a plan for this one");
    }
  }

  private PlannedRestore plan(
      Wanted.Cursor wanted,
      Origin origin,
      Options options,
      @Nullable Extras extras,
      Problems problems,
      ConflictPrompt prompt,
      Target target,
      Progress progress)
      throws IOException {
    progress.phase("plan");
    LocalDraft draft = records.draft();
    try (LinkGroups links = new LinkGroups(records::draft)) {
      PlanWriter out = new PlanWriter(draft.channel());
      Target.Feasibility feasibility = target.feasibility();
      Planner planner =
          new Planner(
              target,
              options.strategy(),
              prompt,
              extras,
              target.untouchable(),
              repository.keys().opensSensitive(),
              problems,
              out,
              feasibility,
              links,
              progress);
      try (LiveCursor live = target.live(progress)) {
        planner.plan(wanted, live);
      }
      Target.Findings findings = feasibility.findings();
      List<Notice> warnings = new ArrayList<>(findings.warnings());
      warnings.addAll(extras == null ? List.of() : extras.notices());
      Counts counts = planner.counts();
      long undo = planner.alters() ? planner.undoBytes() : 0;
      Volume volume = new Volume(planner.writeBytes(), undo, estimate(counts, planner, undo));
      RestoreId id = RestoreId.of(repository.now(), repository.random());
      out.finish(
          new RestorePlan(
              id,
              repository.now(),
              origin,
              target.provider(),
              target.address(),
              options,
              counts,
              volume,
              planner.alters(),
              warnings,
              findings.irreversible(),
              problems.list(),
              target.leftovers()));
      return new PlannedRestore(PlanFile.open(draft.path()), draft);
    } catch (PosixException e) {
      draft.close();
      throw unusable(target, e);
    } catch (IOException | RuntimeException e) {
      draft.close();
      throw e;
    }
  }

  private static long estimate(Counts counts, Planner planner, long undo) {
    return 10 + counts.changes() / ENTRIES_PER_MS + (planner.writeBytes() + undo) / BYTES_PER_MS;
  }

  /**
   * Takes a saved plan up.
   *
   * @throws SalvorException PLAN_UNUSABLE if it is damaged, of another repository or target, or was
   *     applied before
   */
  public PlannedRestore load(Path saved, Target target) {
    PlanFile file = PlanFile.open(saved);
    RestorePlan plan = file.plan();
    requireTarget(plan, target);
    String why = null;
    if (!plan.origin().repository().equals(repository.id().toString())) {
      why = "it was made from another repository";
    } else if (records.hasBegun(plan.id())) {
      why = "it has been applied before";
    }
    if (why != null) {
      throw new SalvorException(
          ErrorCode.PLAN_UNUSABLE,
          "The plan " + saved + " cannot be used",
          why,
          "make it anew with `salvor restore --save-plan`");
    }
    return new PlannedRestore(file, null);
  }

  /**
   * Applies a plan. What it returns tells of entries that were not restored; what it throws has
   * ended the whole, and is in the restore's report.
   *
   * @param consent whether somebody has agreed to change and delete what exists
   * @throws SalvorException RESTORE_CONFLICTS or CONSENT_MISSING before anything is written
   */
  public RestoreReport apply(
      PlannedRestore planned, boolean consent, Undo undo, Target target, Progress progress)
      throws IOException, InterruptedException {
    RestorePlan plan = planned.plan();
    requireTarget(plan, target);
    requireAgreed(plan, consent);
    try (LocalLock _ = records.begin(plan.id())) {
      PlanFile file = planned.keep(records);
      String kept = plan.alters() ? seal(file, undo, target, progress) : "";
      Repository other = elsewhere(undo);
      if (other != null && !kept.isEmpty()) {
        records.undoIn(plan.id(), other.storage().address());
      }
      Instant started = repository.now();
      RestoreReport report = run(file, kept, started, target, progress);
      if (other != null) {
        records.copyTo(records(other), plan.id());
      }
      return report;
    }
  }

  private @Nullable Repository elsewhere(Undo undo) {
    return undo instanceof Undo.Into(Repository other) && !other.id().equals(repository.id())
        ? other
        : null;
  }

  private static void requireAgreed(RestorePlan plan, boolean consent) {
    Counts counts = plan.counts();
    if (counts.open() > 0) {
      throw new SalvorException(
          ErrorCode.RESTORE_CONFLICTS,
          Counted.of(counts.open(), "entry", "entries")
              + " in "
              + plan.target()
              + (counts.open() == 1 ? " differs" : " differ")
              + " from the backup, and nothing was written",
          "the strategy for conflicts is "
              + plan.options().strategy().name().toLowerCase(Locale.ROOT),
          "look at them with --dry-run, then use --on-conflict overwrite --yes or --on-conflict skip");
    }
    if (plan.alters() && !consent) {
      throw new SalvorException(
          ErrorCode.CONSENT_MISSING,
          "The restore would " + alterations(counts) + " in " + plan.target(),
          "nobody has agreed to that, and nothing was written",
          "look at them with --dry-run, then add --yes");
    }
  }

  private static String alterations(Counts counts) {
    String change = "change " + Counted.of(counts.update(), "existing entry", "existing entries");
    String delete = "delete " + Counted.of(counts.delete(), "existing entry", "existing entries");
    return counts.delete() == 0
        ? change
        : counts.update() == 0 ? delete : change + " and delete " + Counted.of(counts.delete());
  }

  private String seal(PlanFile file, Undo undo, Target target, Progress progress)
      throws IOException, InterruptedException {
    if (!(undo instanceof Undo.Into(Repository into))) {
      return "";
    }
    RestoreId id = file.plan().id();
    progress.phase("undo");
    BackupRequest request =
        new BackupRequest(null, host, createdBy, "", "undo of the restore " + id, new TreeMap<>());
    BackupRun.UndoPlan plan =
        new BackupRun.UndoPlan(id.text(), repository.now().plus(UNDO_HELD), new CreatedKeys(file));
    boolean known = into.id().equals(repository.id());
    try {
      BackupReport report =
          BackupRun.undo(into, target.undoSource(file, known), request, plan, progress);
      if (!report.backup().manifest().failures().isEmpty()) {
        throw impossible(
            target,
            "an entry cannot be kept: "
                + report.backup().manifest().failures().getFirst().message(),
            null);
      }
      return report.backup().id().text();
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.STORAGE_FULL
          || e.code() == ErrorCode.STORAGE_READ_ONLY
          || e.code() == ErrorCode.STORAGE_DENIED) {
        throw impossible(target, e.getMessage() + ": " + e.why(), e);
      }
      throw e;
    }
  }

  private static SalvorException impossible(
      Target target, String why, @Nullable SalvorException cause) {
    return new SalvorException(
        ErrorCode.UNDO_IMPOSSIBLE,
        "What the restore would change in "
            + target.address()
            + " cannot be kept, and nothing was written",
        why,
        "keep it in another repository with --undo-to, or do without a way back with --no-undo",
        cause);
  }

  private static SalvorException unusable(Target target, PosixException e) {
    return new SalvorException(
        ErrorCode.TARGET_UNUSABLE,
        "Cannot restore to " + target.address(),
        String.valueOf(e.getMessage()),
        "look after the permissions there, or name another target",
        e);
  }

  private static SalvorException full(SalvorException e, RestorePlan plan, RestoreReport report) {
    long missing = Math.max(1, plan.volume().write() - report.results().bytes());
    return new SalvorException(
        e.code(),
        String.valueOf(e.getMessage()),
        "about " + Counted.of(missing, "byte is", "bytes are") + " still to be written; " + e.why(),
        e.remedy(),
        e);
  }

  private RestoreReport run(
      PlanFile file, String undo, Instant started, Target target, Progress progress)
      throws IOException, InterruptedException {
    RestoreId id = file.plan().id();
    try (RestoreLog log = RestoreLog.create(records.logPath(id), started, undo)) {
      RestoreRun run = new RestoreRun(file, log, undo, repository::now, started, progress);
      try {
        run.run(target, repository.blobs());
        RestoreReport report = run.report(RestoreStatus.DONE);
        records.report(id, report);
        return report;
      } catch (SalvorException e) {
        boolean stopped = e.code() == ErrorCode.INTERRUPTED;
        run.ended(e);
        RestoreReport report =
            run.report(stopped ? RestoreStatus.INTERRUPTED : RestoreStatus.FAILED);
        records.report(id, report);
        throw e.code() == ErrorCode.TARGET_FULL ? full(e, file.plan(), report) : e;
      } catch (PosixException e) {
        SalvorException failure = unusable(target, e);
        run.ended(failure);
        records.report(id, run.report(RestoreStatus.FAILED));
        throw failure;
      }
    }
  }
}
