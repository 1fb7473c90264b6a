package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Step;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A restore as JSON: its plan, and what came of it. Steps are streamed. */
final class RestoreDocument {
  private RestoreDocument() {}

  /**
   * Writes the fields of the restore's object, which the caller has begun.
   *
   * @param report null if nothing has been applied
   */
  static void write(
      PlanFile file,
      RestoreStatus status,
      boolean dryRun,
      @Nullable RestoreReport report,
      JsonDocument json)
      throws IOException {
    RestorePlan plan = file.plan();
    json.field("id", plan.id().text());
    json.field("status", status(status));
    json.field("backup", emptyIsNull(plan.origin().backup()));
    json.field("rollbackOf", emptyIsNull(plan.origin().rollbackOf()));
    json.field("target", plan.target());
    json.field("mode", plan.options().mode().name().toLowerCase(Locale.ROOT));
    json.field("dryRun", dryRun);
    json.object("changes", () -> changes(plan.counts(), report, json));
    json.object(
        "bytes",
        () -> {
          json.field("write", report == null ? plan.volume().write() : report.results().bytes());
          json.field("undo", plan.volume().undo());
        });
    json.beginArray("entries");
    try (PlanFile.Steps steps = file.steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        // What is still to be decided is counted as a change, and so it is listed as one.
        if (step.applies() || step.resolution() == Resolution.FAIL) {
          entry(step, json);
        }
      }
    }
    json.endArray();
    json.beginArray("conflicts");
    try (PlanFile.Steps steps = file.steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        if (step.isConflict()) {
          conflict(step, json);
        }
      }
    }
    json.endArray();
    json.array("irreversible", () -> plan.irreversible().forEach(n -> irreversible(n, json)));
    json.array(
        "warnings",
        () -> {
          warnings(plan.warnings(), json);
          if (report != null) {
            warnings(report.notices(), json);
          }
        });
    json.field("estimatedMs", plan.volume().estimatedMs());
    json.array("errors", () -> errors(report == null ? plan.problems() : report.problems(), json));
    json.field("undo", report == null ? null : emptyIsNull(report.undo()));
  }

  /** The word for a restore's state; a restore that has worked is called what a backup is. */
  static String status(RestoreStatus status) {
    return status == RestoreStatus.DONE ? "success" : status.word();
  }

  private static void changes(
      RestorePlan.Counts counts, @Nullable RestoreReport report, JsonDocument json) {
    json.field("create", report == null ? counts.create() : report.results().created());
    json.field("update", report == null ? counts.update() : report.results().updated());
    json.field("delete", report == null ? counts.delete() : report.results().deleted());
    json.field("unchanged", counts.unchanged());
  }

  private static void entry(Step step, JsonDocument json) {
    json.object(
        () -> {
          json.field("key", step.key().toString());
          json.field("kind", EntryText.kind(step.entry().kind()));
          json.field("change", step.change().word());
          json.field("fields", fields(step));
        });
  }

  /** What an update changes. */
  static List<String> fields(Step step) {
    return step.change() instanceof Change.Update(var fields)
        ? fields.stream().map(EntryField::toString).toList()
        : List.of();
  }

  private static void conflict(Step step, JsonDocument json) {
    json.object(
        () -> {
          json.field("key", step.key().toString());
          json.field("kind", EntryText.kind(step.entry().kind()));
          side("backup", step.wanted(), json);
          LiveItem live = step.live();
          side("live", live == null ? null : live.entry(), json);
          json.none("base");
          json.field("fields", fields(step));
          json.field("resolution", step.resolution().word());
        });
  }

  private static void side(String name, @Nullable Entry entry, JsonDocument json) {
    json.object(
        name,
        () -> {
          if (entry != null) {
            json.field("kind", EntryText.kind(entry.kind()));
            json.field("size", entry.size());
            json.field("modified", EntryText.instant(entry.mtime()));
            EntryText.metadata(entry, json);
          }
        });
  }

  private static void irreversible(Notice notice, JsonDocument json) {
    json.object(
        () -> {
          json.field("code", notice.code());
          json.field("key", notice.key());
          json.field("what", notice.message());
        });
  }

  private static void warnings(List<Notice> notices, JsonDocument json) {
    for (Notice notice : notices) {
      json.object(
          () -> {
            json.field("code", notice.code());
            json.field("key", notice.key());
            json.field("message", notice.message());
          });
    }
  }

  private static void errors(List<RestoreReport.Problem> problems, JsonDocument json) {
    for (RestoreReport.Problem problem : problems) {
      json.object(
          () -> {
            json.field("key", problem.key());
            json.field("code", problem.code().code());
            json.field("message", problem.message());
          });
    }
  }

  /** The text, or null for none. */
  static @Nullable String emptyIsNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
