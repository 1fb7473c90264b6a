package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.List;

/** What has come of a backup that was made, for people and programs. */
final class BackupText {
  private static final int SHOWN_FAILURES = 10;

  private BackupText() {}

  /** Prints it all. */
  static void report(
      BackupReport report, List<Source.Warning> warnings, Repository repository, Session session) {
    if (session.isJson()) {
      var json = session.json();
      new BackupDocument(repository, Facts.NONE).write(report.backup(), json);
      json.field("resumed", report.resumed());
      BackupDocument.warnings(warnings, json);
    } else {
      print(report, session.text());
      warnings.forEach(w -> session.warn(w.key(), w.message(), w.code()));
    }
    List<Manifest.Failure> failures = report.backup().manifest().failures();
    long failed = report.backup().manifest().entries().failed();
    if (failed > 0 && !session.isJson()) {
      session.text().flush();
      List<String> lines = new ArrayList<>();
      lines.add("salvor: " + HumanText.count(failed, "entry", "entries") + " could not be read:");
      failures.stream()
          .limit(SHOWN_FAILURES)
          .map(
              f ->
                  "  "
                      + PlainText.of(Key.decode(f.key()) + ": " + f.message())
                      + " ["
                      + f.code()
                      + "]")
          .forEach(lines::add);
      if (failed > SHOWN_FAILURES) {
        lines.add("  and others: see `salvor show " + report.backup().id() + "`");
      }
      session.printFailure(lines);
    }
  }

  private static void print(BackupReport report, TextOutput out) {
    Backup backup = report.backup();
    Manifest m = backup.manifest();
    Manifest.Counts n = m.entries();
    String since = m.lineage().parent() == null ? "" : ", since " + m.lineage().parent();
    out.line(
        out.bold("backup " + backup.id())
            + "  "
            + m.status().word()
            + ", "
            + m.lineage().type().word()
            + since
            + (report.resumed() ? ", took up an interrupted one" : ""));
    out.line(
        "  source   "
            + PlainText.of(m.origin().source())
            + " on "
            + PlainText.of(m.origin().host()));
    out.line(
        "  entries  "
            + HumanText.count(n.total())
            + ": "
            + HumanText.count(n.added())
            + " added, "
            + HumanText.count(n.changed())
            + " changed, "
            + HumanText.count(n.removed())
            + " removed"
            + (n.failed() > 0 ? ", " + HumanText.count(n.failed()) + " failed" : ""));
    out.line(
        "  bytes    "
            + HumanText.size(m.bytes().logical())
            + ": read "
            + HumanText.size(m.bytes().read())
            + ", new "
            + HumanText.size(m.bytes().added())
            + ", stored as "
            + HumanText.size(m.bytes().stored()));
    out.line("  took     " + HumanText.duration(report.took()));
  }
}
