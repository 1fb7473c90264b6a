package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictPrompt;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreProof;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.Undo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What restoring and rolling back have in common: strategy, preview, consent, report. */
final class RestoreSteps {
  private static final int SHOWN_PROBLEMS = 10;

  private final Session session;
  private final Restores restores;
  private @Nullable Repository proven;
  private final List<Outcome> outcomes = new ArrayList<>();

  /** What a kind of target has to tell beside what became of entries. */
  interface Outcome {
    /** Tells people. */
    void print(TextOutput out);

    /** Adds a field to the restore's document. */
    void write(JsonDocument json);
  }

  RestoreSteps(Session session, Restores restores) {
    this.session = session;
    this.restores = restores;
  }

  /** Has a restore of a whole backup leave its proof in this repository. */
  void proving(Repository repository) {
    proven = repository;
  }

  /** Has this told as well. */
  void telling(Outcome more) {
    outcomes.add(more);
  }

  /** Makes the plan, and makes it again with what was answered. */
  interface Planning {
    /** Plans, asking this for conflicts. */
    PlannedRestore with(ConflictPrompt prompt) throws IOException;
  }

  /**
   * The plan. Where somebody is to be asked about conflicts, the whole is shown first, for each
   * answer may depend on it.
   *
   * @param decide whether it is to be applied, now or later
   */
  PlannedRestore plan(ConflictStrategy strategy, boolean decide, Planning planning)
      throws IOException {
    PlannedRestore planned = planning.with(ConflictPrompt.NOBODY);
    boolean asks =
        decide
            && strategy == ConflictStrategy.PROMPT
            && session.console().isInteractive()
            && planned.plan().counts().open() > 0;
    if (!asks) {
      return planned;
    }
    try (planned) {
      List<String> preview = new ArrayList<>();
      RestorePreview.print(planned.file(), session.text(), preview::add);
      session.pausing(() -> preview.forEach(session.messages()::println));
    }
    return planning.with(new TerminalPrompt(session));
  }

  /**
   * Shows what would be done.
   *
   * @param saved the file that the plan was kept in; null if it was not
   */
  Exit preview(PlannedRestore planned, @Nullable Path saved) throws IOException {
    session.progress().close();
    ErrorCode worst = RestoreReport.worst(planned.plan().problems());
    Exit exit = worst == null ? Exit.DONE : worst.exit();
    session.outcome(exit);
    if (session.isJson()) {
      RestoreDocument.write(planned.file(), RestoreStatus.PLANNED, true, null, session.json());
      outcomes.forEach(outcome -> outcome.write(session.json()));
    } else {
      RestorePreview.print(planned.file(), session.text(), session.text()::line);
      outcomes.forEach(outcome -> outcome.print(session.text()));
      session
          .text()
          .line(
              saved == null
                  ? "nothing was written"
                  : "the plan is kept in "
                      + PlainText.of(saved.toString())
                      + ", and nothing else was written; to apply it:"
                      + " salvor restore --plan "
                      + PlainText.of(saved.toString()));
      problems(planned.plan().problems());
    }
    return exit;
  }

  /**
   * Applies the plan, asking for what has to be agreed to.
   *
   * @param agreed whether changes of existing entries are agreed to already
   * @param accepted whether what cannot be restored or undone is accepted already
   */
  Exit apply(PlannedRestore planned, boolean agreed, boolean accepted, Undo undo, Target target)
      throws IOException, InterruptedException {
    RestorePlan plan = planned.plan();
    boolean consent = agreed;
    boolean acceptance = accepted || plan.irreversible().isEmpty();
    boolean decided = plan.counts().open() == 0;
    if (decided && session.console().isInteractive() && needsAsking(plan, consent, acceptance)) {
      boolean yes = ask(planned);
      consent |= yes;
      acceptance |= yes;
    }
    if (decided && !acceptance) {
      throw new SalvorException(
          ErrorCode.CONSENT_MISSING,
          "Some of the backup cannot be restored to " + plan.target(),
          plan.irreversible().getFirst().message()
              + ", and nobody has agreed to do without; nothing was written",
          "look at it with --dry-run, then add --accept-irreversible");
    }
    RestoreReport report;
    try {
      report = restores.apply(planned, consent, undo, target, session.progress());
    } catch (SalvorException e) {
      explain(planned, e);
      throw e;
    }
    session.progress().close();
    if (proven != null && RestoreProof.isWhole(plan, report)) {
      RestoreProof.leave(proven, plan, report, session.machine().user())
          .ifPresent(e -> Failures.warnOfNoProof(e, session));
    }
    ErrorCode worst = report.worst();
    Exit exit = worst == null ? Exit.DONE : worst.exit();
    session.outcome(exit);
    if (session.isJson()) {
      PlanFile applied = restores.records().plan(plan.id());
      RestoreDocument.write(applied, report.status(), false, report, session.json());
      outcomes.forEach(outcome -> outcome.write(session.json()));
    } else {
      RestorePreview.print(plan, report, session.text());
      outcomes.forEach(outcome -> outcome.print(session.text()));
      problems(report.problems());
    }
    return exit;
  }

  private static boolean needsAsking(RestorePlan plan, boolean consent, boolean acceptance) {
    return (plan.alters() && !consent) || !acceptance;
  }

  private boolean ask(PlannedRestore planned) throws IOException {
    List<String> preview = new ArrayList<>();
    RestorePreview.print(planned.file(), session.text(), preview::add);
    return TerminalPrompt.yes(session, preview, "go on? [y/N] ");
  }

  /** What stands in the way is shown to people before the three lines say so. */
  private void explain(PlannedRestore planned, SalvorException e) throws IOException {
    if (e.code() != ErrorCode.RESTORE_CONFLICTS && e.code() != ErrorCode.CONSENT_MISSING) {
      return;
    }
    session.progress().close();
    if (session.isJson()) {
      RestoreDocument.write(planned.file(), RestoreStatus.PLANNED, false, null, session.json());
    } else if (!session.console().isInteractive()) {
      RestorePreview.print(planned.file(), session.text(), session.text()::line);
    }
  }

  private void problems(List<RestoreReport.Problem> problems) {
    List<String> lines = new ArrayList<>();
    if (!problems.isEmpty()) {
      lines.add(
          "salvor: "
              + HumanText.count(problems.size(), "entry is", "entries are")
              + " not as the backup has it:");
      problems.stream()
          .limit(SHOWN_PROBLEMS)
          .map(
              p -> "  " + PlainText.of(p.key() + ": " + p.message()) + " [" + p.code().code() + "]")
          .forEach(lines::add);
      if (problems.size() > SHOWN_PROBLEMS) {
        lines.add("  and others; --json names all");
      }
      session.text().flush();
      session.printFailure(lines);
    }
  }
}
