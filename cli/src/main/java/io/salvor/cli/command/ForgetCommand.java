package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Candidate;
import io.salvor.engine.retention.Decision;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.Keep;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.retention.RetentionRules;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor forget}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor forget --keep-daily 30 --keep-monthly 12 --dry-run    which would go, and why?",
      "  salvor forget --source /home --keep-last 10 --keep-within 30d",
      "  salvor forget --type incremental --keep-hourly 24",
      "  salvor forget --older-than 7y",
      "  salvor forget 20260130-150000-k7f3q",
      "",
      "A backup stays if any rule takes it; rules count for each source and machine. The newest",
      "backup of a source, the newest complete one, and those on hold always stay. Days and weeks",
      "are those of UTC, unless --timezone says otherwise. The space comes back with `salvor"
          + " prune`."
    })
final class ForgetCommand implements Command {
  @Parameters(
      arity = "0..*",
      paramLabel = "<backup>",
      description = "these backups: ids, or beginnings of them; not with rules")
  List<String> backups = new ArrayList<>();

  @Mixin BackupChoice choice = new BackupChoice();

  @Option(
      names = "--type",
      paramLabel = "<type>",
      description = "only full, incremental or differential ones; the others are left alone")
  @Nullable String type;

  @Mixin KeepOptions keep = new KeepOptions();

  @Option(names = "--dry-run", description = "show which would stay and which would go, and why")
  boolean dryRun;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    ZoneId named = session.times().zone();
    ZoneId zone = named == null ? ZoneId.of("UTC") : named;
    Keep rule = keep.rule();
    requireSense(rule);
    BackupType only =
        type == null
            ? null
            : Words.choose("--type", type, BackupType.recoveryPoints(), BackupType::word);
    Repository repository = dryRun ? session.openToRead() : session.openToWrite();
    Facts facts = Facts.of(repository);
    BackupList list = BackupList.read(repository);
    Losses.warn(list, repository, session);
    RetentionPlan plan;
    String by;
    if (backups.isEmpty()) {
      RetentionRules rules =
          only == null
              ? RetentionRules.of(rule, zone)
              : new RetentionRules(null, Map.of(only, rule), zone);
      plan = RetentionPlan.of(candidates(list, facts, session), rules, repository.now());
      by = rules.text();
    } else {
      Set<BackupId> ids = ids(list, repository, session);
      plan = RetentionPlan.of(Forgetting.candidates(list, facts), ids, repository.now());
      by = "named";
      requireFree(plan, ids);
      plan = only(plan, ids);
    }
    List<Candidate> going = plan.forgotten();
    if (!dryRun) {
      if (!going.isEmpty() && session.console().isInteractive()) {
        ask(going, session);
      }
      List<Backup> _ =
          Forgetting.run(repository, plan, by, session.machine().user(), session.progress());
      session.progress().close();
    }
    if (session.isJson()) {
      ForgetDocument.write(plan, by, zone, dryRun, session.json());
    } else {
      print(plan, zone, session);
    }
    return Exit.DONE;
  }

  private void requireSense(Keep rule) {
    String see = "see `salvor help forget` for examples; --dry-run shows what would go";
    if (backups.isEmpty() && rule.isEmpty()) {
      throw Words.usage(
          "`salvor forget` needs a rule or a backup",
          "without one it would have to guess what may go",
          see);
    }
    if (!backups.isEmpty() && (!rule.isEmpty() || type != null)) {
      throw Words.usage(
          "Backups and rules cannot go together", "named backups go whatever the rules say", see);
    }
  }

  private List<Candidate> candidates(BackupList list, Facts facts, Session session) {
    return list.backups().stream()
        .filter(b -> b.sealed() && choice.takes(b, session))
        .map(b -> Candidate.of(b, facts))
        .toList();
  }

  private Set<BackupId> ids(BackupList list, Repository repository, Session session)
      throws IOException {
    Set<BackupId> ids = new TreeSet<>();
    for (String word : backups) {
      Backup backup = choice.one(list, repository, word, session);
      if (!backup.sealed()) {
        throw new SalvorException(
            ErrorCode.BACKUP_INCOMPLETE,
            "The backup " + backup.id() + " cannot be forgotten",
            "it was interrupted; the next backup of its source takes it up, and replaces it",
            "run that backup, or leave it");
      }
      ids.add(backup.id());
    }
    return ids;
  }

  private static void requireFree(RetentionPlan plan, Set<BackupId> ids) {
    for (BackupId id : ids) {
      Decision decision = plan.of(id);
      if (decision.keep()) {
        throw new SalvorException(
            ErrorCode.BACKUP_PROTECTED,
            "The backup " + id + " cannot be forgotten, and nothing was",
            String.join("; ", decision.reasons()),
            decision.backup().holds().isEmpty()
                ? "leave it out"
                : "leave it out, or release it with `salvor unhold " + id + "`");
      }
    }
  }

  private static RetentionPlan only(RetentionPlan plan, Set<BackupId> ids) {
    return new RetentionPlan(
        plan.decisions().stream().filter(d -> ids.contains(d.backup().id())).toList());
  }

  private static void ask(List<Candidate> going, Session session) throws IOException {
    List<String> lines = new ArrayList<>();
    going.forEach(c -> lines.add("forget " + c.id() + "  " + c.host() + ":" + c.source()));
    String question = "forget " + HumanText.count(going.size(), "backup", "backups") + "? [y/N] ";
    if (!TerminalPrompt.yes(session, lines, question)) {
      throw new SalvorException(
          ErrorCode.CONSENT_MISSING,
          "Nothing was forgotten",
          "you have not agreed to it",
          "look at it with --dry-run");
    }
  }

  private void print(RetentionPlan plan, ZoneId zone, Session session) {
    TextOutput out = session.text();
    if (dryRun && !plan.decisions().isEmpty()) {
      Table table = new Table("", "ID", "BEGUN", "TYPE", "SOURCE", "WHY");
      for (Decision d : plan.decisions()) {
        Candidate c = d.backup();
        table.row(
            d.keep() ? "keep" : "forget",
            c.id().text(),
            session.time(c.started()),
            c.undoUntil() == null ? c.type().word() : "undo",
            c.host() + ":" + c.source(),
            String.join(", ", d.reasons()));
      }
      table.print(out);
    }
    int gone = plan.forgotten().size();
    out.line(
        HumanText.count(gone, "backup", "backups")
            + (dryRun ? " would be forgotten, " : " forgotten, ")
            + HumanText.count(plan.decisions().size() - (long) gone)
            + " kept; days are those of "
            + zone);
    if (gone > 0 && !dryRun) {
      out.line("their space comes back with `salvor prune`");
    }
  }
}
