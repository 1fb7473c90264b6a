package io.salvor.engine.restore;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.restore.RestorePlan.Options;
import io.salvor.engine.restore.RestorePlan.Origin;
import io.salvor.engine.restore.RestorePlan.Volume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes a plan for one target, in a draft among this machine's records. */
final class Planning {
  private static final long BYTES_PER_MS = 150_000;
  private static final long ENTRIES_PER_MS = 12;

  private final Repository repository;
  private final RestoreRecords records;
  private final Target target;
  private final Progress progress;

  Planning(Repository repository, RestoreRecords records, Target target, Progress progress) {
    this.repository = repository;
    this.records = records;
    this.target = target;
    this.progress = progress;
  }

  /**
   * Refuses what the target has not.
   *
   * @throws SalvorException USAGE, TARGET_UNUSABLE
   */
  static void requireKnown(RestoreRequest request, Target target) throws IOException {
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
   * Plans.
   *
   * @param extras which live entries that nobody wants are deleted, null for none
   * @param problems what is known to be lost already; takes what cannot be planned
   */
  PlannedRestore plan(
      Wanted.Cursor wanted,
      Origin origin,
      Options options,
      @Nullable Extras extras,
      Problems problems,
      ConflictPrompt prompt)
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
      throw Restores.unusable(target, e);
    } catch (IOException | RuntimeException e) {
      draft.close();
      throw e;
    }
  }

  private static long estimate(Counts counts, Planner planner, long undo) {
    return 10 + counts.changes() / ENTRIES_PER_MS + (planner.writeBytes() + undo) / BYTES_PER_MS;
  }
}
