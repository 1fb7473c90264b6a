package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.Table;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.Exit;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code salvor list}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor list --source /home --status success",
      "  salvor list --tag team=web --since 2026-01-01T00:00:00Z --json"
    })
final class ListCommand implements Command {
  @Mixin BackupChoice choice = new BackupChoice();

  @Option(names = "--type", paramLabel = "<type>", description = "full, incremental, differential")
  @Nullable String type;

  @Option(
      names = "--status",
      paramLabel = "<status>",
      description = "success, partial, interrupted, failed")
  @Nullable String status;

  @Option(names = "--tag", paramLabel = "<k=v>", description = "with this label; may be repeated")
  List<String> tags = new ArrayList<>();

  @Option(names = "--since", paramLabel = "<time>", description = "begun at this time or later")
  @Nullable String since;

  @Option(names = "--until", paramLabel = "<time>", description = "begun at this time or earlier")
  @Nullable String until;

  @Override
  public Exit run(Session session) throws IOException {
    BackupType wantedType =
        type == null
            ? null
            : Words.choose("--type", type, BackupType.recoveryPoints(), BackupType::word);
    BackupStatus wantedStatus =
        status == null
            ? null
            : Words.choose("--status", status, BackupStatus.values(), BackupStatus::word);
    SortedMap<String, String> wantedTags = Words.pairs("--tag", tags);
    Instant from = since == null ? Instant.MIN : session.times().parse("--since", since);
    Instant to = until == null ? Instant.MAX : session.times().parse("--until", until);
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    Facts facts = Facts.of(repository);
    List<Backup> found = new ArrayList<>();
    for (Backup backup : list.backups()) {
      Manifest m = backup.manifest();
      if (choice.takes(backup, session)
          && (wantedType == null || m.lineage().type() == wantedType)
          && (wantedStatus == null || m.status() == wantedStatus)
          && hasTags(facts.labels(backup), wantedTags)
          && !m.started().isBefore(from)
          && !m.started().isAfter(to)) {
        found.add(backup);
      }
    }
    Losses.warn(list, repository, session);
    if (session.isJson()) {
      JsonDocument json = session.json();
      BackupDocument document = new BackupDocument(repository, facts);
      json.array("backups", () -> found.forEach(b -> json.object(() -> document.write(b, json))));
    } else {
      print(found, facts, session);
    }
    return Exit.DONE;
  }

  private static boolean hasTags(SortedMap<String, String> tags, SortedMap<String, String> wanted) {
    for (Map.Entry<String, String> tag : wanted.entrySet()) {
      if (!tag.getValue().equals(tags.get(tag.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static void print(List<Backup> backups, Facts facts, Session session) {
    if (backups.isEmpty()) {
      session.text().line("no backups");
      return;
    }
    Table table =
        new Table(
            "ID", "BEGUN", "TYPE", "STATUS", ">ENTRIES", ">SIZE", ">STORED", "SOURCE", "NOTE");
    for (Backup backup : backups) {
      Manifest m = backup.manifest();
      table.row(
          m.id().text(),
          session.time(m.started()),
          m.undo() != null ? "undo" : m.lineage().type().word(),
          m.status().word(),
          HumanText.count(m.entries().total()),
          HumanText.size(m.bytes().logical()),
          HumanText.size(m.bytes().stored()),
          m.origin().host() + ":" + m.origin().source(),
          note(backup, facts));
    }
    table.print(session.text());
  }

  private static String note(Backup backup, Facts facts) {
    List<String> words = new ArrayList<>();
    if (!facts.holds(backup.id()).isEmpty()) {
      words.add("[held]");
    }
    if (!backup.manifest().label().description().isEmpty()) {
      words.add(backup.manifest().label().description());
    }
    facts.labels(backup).forEach((k, v) -> words.add(k + "=" + v));
    return String.join(" ", words);
  }
}
