package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestorePlan;
import io.salvor.engine.restore.RestoreRecord;
import io.salvor.engine.restore.RestoreRecords;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.Restores;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code salvor restores}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor restores",
      "  salvor restores 20260130-150000-k7f3q          its report",
      "  salvor restores 20260130-150000-k7f3q --json   with every change that it made",
      "",
      "The records lie in the local state of the machine that made the restore."
    })
final class RestoresCommand implements Command {
  @Parameters(
      arity = "0..1",
      paramLabel = "<restore>",
      description = "a restore's id, or the beginning of one")
  @Nullable String restore;

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToRead();
    RestoreRecords records = Restores.records(repository);
    if (restore != null) {
      one(records.byPrefix(restore), records, session);
    } else if (session.isJson()) {
      JsonDocument json = session.json();
      List<RestoreRecord> all = records.list();
      json.array("restores", () -> all.forEach(r -> json.object(() -> summary(r, json))));
    } else {
      print(records.list(), session);
    }
    return Exit.DONE;
  }

  private static void summary(RestoreRecord record, JsonDocument json) {
    RestorePlan plan = record.plan();
    RestoreReport report = record.report();
    json.field("id", record.id().text());
    json.field("status", RestoreDocument.status(record.status()));
    json.field("backup", RestoreDocument.emptyIsNull(plan.origin().backup()));
    json.field("rollbackOf", RestoreDocument.emptyIsNull(plan.origin().rollbackOf()));
    json.field("rolledBackBy", RestoreDocument.emptyIsNull(record.rolledBackBy()));
    json.field("target", plan.target());
    json.field("planned", plan.made());
    json.field("started", record.started());
    json.field("finished", report == null ? null : report.finished());
    json.object(
        "progress",
        () -> {
          json.field("done", record.done());
          json.field("total", plan.counts().changes());
        });
    json.object(
        "changes",
        () -> {
          json.field("create", plan.counts().create());
          json.field("update", plan.counts().update());
          json.field("delete", plan.counts().delete());
          json.field("unchanged", plan.counts().unchanged());
        });
    json.field("errors", report == null ? 0 : report.problems().size());
    json.field("undo", RestoreDocument.emptyIsNull(record.undo()));
  }

  private static void one(RestoreRecord record, RestoreRecords records, Session session)
      throws IOException {
    PlanFile plan = records.plan(record.id());
    if (session.isJson()) {
      RestoreDocument.write(plan, record.status(), false, record.report(), session.json());
      return;
    }
    TextOutput out = session.text();
    RestorePreview.print(plan, out, out::line);
    RestoreReport report = record.report();
    out.line(
        "  state: "
            + RestoreDocument.status(record.status())
            + ", "
            + HumanText.count(record.done())
            + " of "
            + HumanText.count(record.plan().counts().changes())
            + " changes made"
            + (record.rolledBackBy().isEmpty() ? "" : ", taken back by " + record.rolledBackBy()));
    if (!record.undo().isEmpty()) {
      out.line("  undo: " + record.undo());
    }
    if (report != null) {
      RestorePreview.print(record.plan(), report, out);
      for (RestoreReport.Problem p : report.problems()) {
        out.line("  " + PlainText.of(p.key() + ": " + p.message()) + " [" + p.code().code() + "]");
      }
    }
  }

  private static void print(List<RestoreRecord> all, Session session) {
    if (all.isEmpty()) {
      session.text().line("no restores from this repository are known on this machine");
      return;
    }
    Table table = new Table("ID", "BEGUN", "STATE", ">DONE", ">OF", "BACKUP", "TARGET", "UNDO");
    for (RestoreRecord record : all) {
      var started = record.started();
      table.row(
          record.id().text(),
          session.time(started == null ? record.plan().made() : started),
          RestoreDocument.status(record.status()),
          HumanText.count(record.done()),
          HumanText.count(record.plan().counts().changes()),
          record.plan().origin().backup(),
          record.plan().target(),
          record.undo());
    }
    table.print(session.text());
  }
}
