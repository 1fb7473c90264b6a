package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A restore for people: what it would do, and what it has done. */
final class RestorePreview {
  private static final int SHOWN = 20;

  private RestorePreview() {}

  /** Shows what the plan would do. */
  static void print(PlanFile file, TextOutput style, Consumer<String> out) throws IOException {
    RestorePlan plan = file.plan();
    RestorePlan.Counts n = plan.counts();
    String what =
        plan.origin().rollbackOf().isEmpty()
            ? "restore of " + plan.origin().backup()
            : "rollback of " + plan.origin().rollbackOf();
    out.accept(style.bold(what) + " to " + PlainText.of(plan.target()));
    out.accept(
        "  create %,d, update %,d, delete %,d, leave %,d unchanged"
            .formatted(n.create(), n.update(), n.delete(), n.unchanged()));
    out.accept(
        "  write at most "
            + HumanText.size(plan.volume().write())
            + (plan.alters() ? "; the undo keeps " + HumanText.size(plan.volume().undo()) : "")
            + "; about "
            + HumanText.duration(Duration.ofMillis(plan.volume().estimatedMs())));
    steps(file, style, out);
    if (n.skipped() > 0) {
      out.accept(
          "  "
              + HumanText.count(n.skipped(), "entry lies", "entries lie")
              + " in what is left alone, and cannot be restored");
    }
    for (Notice notice : plan.warnings()) {
      out.accept("  note: " + text(notice));
    }
    for (Notice notice : plan.irreversible()) {
      out.accept("  " + style.bad("cannot be restored or undone") + ": " + text(notice));
    }
  }

  private static void steps(PlanFile file, TextOutput style, Consumer<String> out)
      throws IOException {
    RestorePlan.Counts n = file.plan().counts();
    boolean changesOnly = n.create() > SHOWN;
    long shown = 0;
    long more = 0;
    try (PlanFile.Steps steps = file.steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        boolean create = step.change() instanceof Change.Create;
        if (create && changesOnly) {
          continue;
        }
        if (shown == SHOWN) {
          more++;
          continue;
        }
        shown++;
        out.accept("  " + line(step, style));
      }
    }
    if (more > 0) {
      out.accept("  … and " + HumanText.count(more) + " more; --json names all");
    }
  }

  private static String line(Step step, TextOutput style) {
    String sign =
        switch (step.change()) {
          case Change.Create _ -> "+ ";
          case Change.Update _ -> "M ";
          case Change.Delete _ -> "- ";
        };
    List<String> fields = RestoreDocument.fields(step);
    String detail = fields.isEmpty() ? "" : "  (" + String.join(", ", fields) + ")";
    String conflict =
        switch (step.resolution()) {
          case NONE, OVERWRITE -> "";
          case SKIP -> "  left alone";
          case FAIL -> "  " + style.bad("conflict");
        };
    return sign + EntryText.key(step.key()) + style.faint(detail) + conflict;
  }

  private static String text(Notice notice) {
    return PlainText.of((notice.key().isEmpty() ? "" : notice.key() + ": ") + notice.message());
  }

  /** Shows what a restore has done. */
  static void print(RestorePlan plan, RestoreReport report, TextOutput out) {
    RestoreReport.Results r = report.results();
    out.line(
        out.bold("restore " + plan.id())
            + "  "
            + RestoreDocument.status(report.status())
            + ": %,d created, %,d updated, %,d deleted, %,d unchanged"
                .formatted(r.created(), r.updated(), r.deleted(), plan.counts().unchanged()));
    out.line("  target   " + PlainText.of(plan.target()));
    out.line(
        "  written  "
            + HumanText.size(r.bytes())
            + " in "
            + HumanText.duration(Duration.between(report.started(), report.finished())));
    if (!report.undo().isEmpty()) {
      out.line("  undo     " + report.undo() + ": `salvor rollback " + plan.id() + "`");
    } else if (!plan.alters() && plan.counts().changes() > 0) {
      out.line("  undo     `salvor rollback " + plan.id() + "` deletes what was created");
    }
    for (Notice notice : report.notices()) {
      out.line("  note     " + text(notice));
    }
  }
}
