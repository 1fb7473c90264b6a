package io.salvor.engine.restore;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalLock;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.restore.RestorePlan.Options;
import io.salvor.engine.restore.RestorePlan.Origin;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.tree.TreeCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Plans, applies, lists and rolls back restores from one repository. */
public final class Restores {
  /** How long an undo is held. */
  public static final Duration UNDO_HELD = Duration.ofDays(30);

  private final Repository repository;
  private final RestoreRecords records;
  private final UndoKeeping undoKeeping;

  /**
   * Restores from a repository.
   *
   * @param host this machine, as undo backups name it
   * @param createdBy who asks, likewise
   */
  public Restores(Repository repository, String host, String createdBy) {
    this(repository, records(repository), host, createdBy);
  }

  /**
   * Restores that nobody lists: into a place that is gone again when the command ends.
   *
   * @param records kept elsewhere than this machine's
   */
  public Restores(Repository repository, RestoreRecords records, String host, String createdBy) {
    this.repository = repository;
    this.records = records;
    this.undoKeeping = new UndoKeeping(repository, host, createdBy);
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
    Problems problems = new Problems();
    Wanted.Cursor wanted =
        new TreeWanted(
            repository.tree(request.backup().manifest().root()),
            request.scope(),
            progress,
            problems,
            request.becomes());
    return plan(request, wanted, problems, target, progress);
  }

  /**
   * Plans a restore of what was taken out of a backup; the target gets the contents from where the
   * entries come from, not from the repository.
   *
   * @param taken what is wanted, ascending by keys
   */
  public PlannedRestore plan(
      RestoreRequest request, EntryStream taken, Target target, Progress progress)
      throws IOException {
    return plan(request, new StreamWanted(taken, progress), new Problems(), target, progress);
  }

  private PlannedRestore plan(
      RestoreRequest request,
      Wanted.Cursor wanted,
      Problems problems,
      Target target,
      Progress progress)
      throws IOException {
    Planning.requireKnown(request, target);
    target.use(request.mode());
    Origin origin = new Origin(repository.id().toString(), request.backup().id().text(), "");
    Options options =
        new Options(request.mode(), request.strategy(), request.deleteExtra(), request.check());
    Manifest manifest = request.backup().manifest();
    Patterns patterns = manifest.origin().patterns();
    Scope captured = Scope.of(Selection.of(patterns.include(), patterns.exclude()));
    Extras extras =
        request.deleteExtra() ? new Extras(request.scope(), captured, target.untouchable()) : null;
    return new Planning(repository, records, target, progress)
        .plan(wanted, origin, options, extras, problems, request.prompt());
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
      return new Planning(repository, records, target, progress)
          .plan(wanted, origin, options, null, new Problems(), prompt);
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
    target.use(plan.options().mode());
    try (LocalLock _ = records.begin(plan.id())) {
      PlanFile file = planned.keep(records);
      String kept = plan.alters() ? undoKeeping.seal(file, undo, target, progress) : "";
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
          plan.options().strategy() == ConflictStrategy.PROMPT
              ? "nobody has said what becomes of " + (counts.open() == 1 ? "it" : "them")
              : "the strategy for conflicts is "
                  + plan.options().strategy().name().toLowerCase(Locale.ROOT),
          "look at them with --dry-run, then use --on-conflict overwrite --yes or --on-conflict"
              + " skip");
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

  static SalvorException unusable(Target target, PosixException e) {
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
