package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.Exit;
import io.salvor.engine.prune.FoundSession;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PrunePlan;
import io.salvor.engine.prune.PrunePlan.Fate;
import io.salvor.engine.prune.PrunePlan.PackPlan;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code salvor prune}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor prune --dry-run                     what would go, and what is in the way",
      "  salvor prune",
      "  salvor prune --wait 2h                     wait for backups that are running",
      "",
      "Backups, restores and other commands may run at the same time. Packs that only forgotten",
      "backups need are condemned first, and deleted when no backup is left that was running",
      "before; exit code 3 if there is one: the next prune goes on."
    })
final class PruneCommand implements Command {
  @Option(names = "--dry-run", description = "say what would be done, and do nothing")
  boolean dryRun;

  @Option(
      names = "--max-unused",
      paramLabel = "<share>",
      description = "how much of a pack may be unused before the rest is copied; 25 percent")
  String maxUnused = "";

  @Option(
      names = "--give-up-after",
      paramLabel = "<duration>",
      description = "give up a backup of which nothing was heard for so long; 48h")
  String giveUpAfter = "";

  @Option(
      names = "--wait",
      paramLabel = "<duration>",
      description = "wait so long for running backups; not at all if not said")
  String wait = "";

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    PruneRequest request =
        new PruneRequest(
            maxUnused.isEmpty() ? PruneRequest.MAX_UNUSED : Words.share("--max-unused", maxUnused),
            giveUpAfter.isEmpty()
                ? PruneRequest.GIVE_UP_AFTER
                : Words.duration("--give-up-after", giveUpAfter),
            wait.isEmpty() ? Duration.ZERO : Words.duration("--wait", wait),
            session.machine().user());
    Repository repository = session.openToWrite();
    if (dryRun) {
      PrunePlan plan = Prune.plan(repository, request, session.progress());
      show(plan, null, session);
      return Exit.DONE;
    }
    PruneReport report = Prune.run(repository, request, session.progress());
    Exit exit = report.isComplete() ? Exit.DONE : Exit.PARTIAL;
    session.outcome(exit);
    show(report.plan(), report, session);
    return exit;
  }

  private static void show(PrunePlan plan, @Nullable PruneReport report, Session session) {
    session.progress().close();
    if (session.isJson()) {
      json(plan, report, session.json());
    } else if (report == null) {
      print(plan, session.text());
      sessions("is in the way", plan.inTheWay(), session);
    } else {
      print(report, session.text());
      sessions("is waited for", report.waitsFor(), session);
    }
  }

  private static void json(PrunePlan plan, @Nullable PruneReport report, JsonDocument json) {
    json.field("status", report == null ? "planned" : report.isComplete() ? "done" : "waiting");
    json.field("dryRun", report == null);
    json.object(
        "packs",
        () -> {
          json.field("kept", plan.kept());
          for (Fate fate : Fate.values()) {
            json.field(word(fate), plan.packs(fate).size());
          }
          json.field("deleted", report == null ? 0 : report.deleted());
        });
    json.object(
        "bytes",
        () -> {
          json.field("kept", plan.keptBytes());
          json.field("keptUnused", plan.keptUnused());
          json.field("toFree", plan.freed());
          json.field("toCopy", plan.copied());
          json.field("freed", report == null ? 0 : report.freed());
          json.field("copied", report == null ? 0 : report.copied());
        });
    json.array("plan", () -> plan.packs().forEach(pack -> json.object(() -> json(pack, json))));
    List<FoundSession> sessions = report == null ? plan.inTheWay() : report.waitsFor();
    json.array(
        "waitsFor", () -> sessions.forEach(s -> json.object(() -> SessionText.write(s, json))));
  }

  private static void json(PackPlan pack, JsonDocument json) {
    json.field("pack", pack.id().toString());
    json.field("reason", word(pack.fate()));
    json.field("bytes", pack.size());
    json.field("live", pack.live());
  }

  private static void print(PrunePlan plan, TextOutput out) {
    if (plan.isEmpty()) {
      out.line("nothing to prune: " + kept(plan));
      return;
    }
    Table table = new Table("PACKS", ">COUNT", ">SIZE", ">TO COPY", "WHY");
    for (Fate fate : Fate.values()) {
      List<PackPlan> packs = plan.packs(fate);
      if (!packs.isEmpty()) {
        table.row(
            word(fate),
            HumanText.count(packs.size()),
            HumanText.size(packs.stream().mapToLong(PackPlan::size).sum()),
            HumanText.size(packs.stream().mapToLong(PackPlan::live).sum()),
            why(fate));
      }
    }
    table.print(out);
    out.line(
        "would free "
            + HumanText.size(plan.freed())
            + ", and copy "
            + HumanText.size(plan.copied())
            + "; "
            + kept(plan));
  }

  private static void print(PruneReport report, TextOutput out) {
    if (report.deleted() == 0 && report.isComplete()) {
      out.line("nothing to prune: " + kept(report.plan()));
      return;
    }
    out.line(
        (report.isComplete() ? out.good("pruned") : "condemned, and not deleted yet")
            + ": "
            + HumanText.count(report.deleted(), "pack", "packs")
            + " deleted, "
            + HumanText.size(report.freed())
            + " freed, "
            + HumanText.size(report.copied())
            + " copied; "
            + kept(report.plan()));
  }

  private static String kept(PrunePlan plan) {
    return HumanText.count(plan.kept(), "pack", "packs")
        + " of "
        + HumanText.size(plan.keptBytes())
        + " kept as "
        + (plan.kept() == 1 ? "it is" : "they are")
        + (plan.keptUnused() == 0
            ? ""
            : ", " + HumanText.size(plan.keptUnused()) + " of it unused");
  }

  private static void sessions(String what, List<FoundSession> sessions, Session session) {
    for (FoundSession found : sessions) {
      session
          .text()
          .line(
              PlainText.of(SessionText.of(found, session))
                  + " "
                  + what
                  + "; when it has ended prune again, or end it by: salvor cancel "
                  + found.id().toString().substring(0, 8));
    }
  }

  private static String word(Fate fate) {
    return fate.name().toLowerCase(Locale.ROOT);
  }

  private static String why(Fate fate) {
    return switch (fate) {
      case DEAD -> "no backup needs anything of them";
      case SPARSE -> "little of them is needed";
      case LOST -> "they are gone, and nothing that is needed with them";
      case ORPHAN -> "no index segment names them: a backup died";
      case CONDEMNED -> "condemned by an earlier prune";
    };
  }
}
