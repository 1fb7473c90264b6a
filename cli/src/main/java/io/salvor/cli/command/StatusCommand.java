package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.Usage;
import io.salvor.engine.error.Exit;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PrunePlan;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code salvor status}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor status",
      "  salvor status --unused        how much would a prune give back?",
      "  salvor status --json"
    })
final class StatusCommand implements Command {
  @Option(
      names = "--unused",
      description =
          "also tell how much no backup needs any more; reads the tree of every backup, but what"
              + " the last prune here has read")
  boolean unused;

  /** What is known of one source on one machine. */
  private static final class SourceState {
    private long backups;
    private @Nullable Backup last;
    private @Nullable Backup lastGood;
  }

  private record SourceName(String host, String source) implements Comparable<SourceName> {
    @Override
    public int compareTo(SourceName other) {
      int order = host.compareTo(other.host);
      return order != 0 ? order : source.compareTo(other.source);
    }
  }

  private record State(
      Map<SourceName, SourceState> sources,
      List<Backup> interrupted,
      long sealed,
      long undos,
      List<Losses.Loss> losses) {}

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    State state = state(list, repository);
    ZoneId named = session.times().zone();
    Usage usage = Usage.of(repository, list, named == null ? ZoneOffset.UTC : named);
    Long waste = unused ? unused(repository, session) : null;
    if (session.isJson()) {
      json(state, usage, repository, session.json());
      UsageText.write(usage, waste, session.json());
    } else {
      print(state, usage, repository, session);
      UsageText.print(usage, waste, session.text());
    }
    return Exit.DONE;
  }

  private static long unused(Repository repository, Session session)
      throws IOException, InterruptedException {
    PruneRequest request = PruneRequest.by(session.machine().user());
    PrunePlan plan = Prune.plan(repository, request, session.progress());
    session.progress().close();
    return plan.unused();
  }

  private static State state(BackupList list, Repository repository) throws IOException {
    Map<SourceName, SourceState> sources = new TreeMap<>();
    List<Backup> interrupted = new ArrayList<>();
    long sealed = 0;
    long undos = 0;
    for (Backup backup : list.backups()) {
      if (backup.isJournal()) {
        continue;
      }
      if (!backup.sealed()) {
        interrupted.add(backup);
      } else if (backup.isUndo()) {
        undos++;
      } else {
        sealed++;
        var origin = backup.manifest().origin();
        SourceState source =
            sources.computeIfAbsent(
                new SourceName(origin.host(), origin.source()), n -> new SourceState());
        source.backups++;
        source.last = backup;
        if (backup.manifest().status() == BackupStatus.SUCCESS) {
          source.lastGood = backup;
        }
      }
    }
    return new State(sources, interrupted, sealed, undos, Losses.find(list, repository));
  }

  private static void json(State state, Usage usage, Repository repository, JsonDocument json) {
    json.object(
        "repository",
        () -> {
          json.field("id", repository.id().toString());
          json.field("location", repository.storage().address());
          json.field("created", repository.description().created());
          json.field("packs", usage.total().packs());
          json.field("bytes", usage.total().bytes());
        });
    json.object(
        "backups",
        () -> {
          json.field("complete", state.sealed);
          json.field("interrupted", state.interrupted.size());
          json.field("undo", state.undos);
        });
    json.array(
        "sources",
        () ->
            state.sources.forEach(
                (name, source) -> json.object(() -> json(name, source, repository, json))));
    json.array(
        "interrupted",
        () ->
            state.interrupted.forEach(
                b ->
                    json.object(
                        () -> {
                          json.field("id", b.id().text());
                          json.field("source", b.manifest().origin().source());
                          json.field("host", b.manifest().origin().host());
                          json.field("started", b.manifest().started());
                        })));
    json.array(
        "warnings",
        () ->
            state.losses.forEach(
                l ->
                    json.object(
                        () -> {
                          json.field("code", l.code().code());
                          json.field("key", l.object());
                          json.field("message", l.message());
                        })));
  }

  private static void json(
      SourceName name, SourceState source, Repository repository, JsonDocument json) {
    json.field("source", name.source);
    json.field("host", name.host);
    json.field("backups", source.backups);
    Backup last = source.last;
    if (last != null) {
      json.field("last", last.id().text());
      json.field("lastStatus", last.manifest().status().word());
      json.field("lastFinished", last.manifest().finished());
      json.field(
          "ageMs", Duration.between(last.manifest().finished(), repository.now()).toMillis());
      json.field("entries", last.manifest().entries().total());
      json.field("bytes", last.manifest().bytes().logical());
    }
    json.field("lastSuccess", source.lastGood == null ? null : source.lastGood.id().text());
  }

  private static void print(State state, Usage usage, Repository repository, Session session) {
    TextOutput out = session.text();
    out.line(out.bold("repository " + repository.id()));
    out.line("  location  " + PlainText.of(repository.storage().address()));
    out.line("  made      " + session.time(repository.description().created()));
    out.line(
        "  holds     "
            + HumanText.count(state.sealed, "backup", "backups")
            + (state.undos > 0 ? ", " + HumanText.count(state.undos, "undo", "undos") : "")
            + " in "
            + HumanText.count(usage.total().packs(), "pack", "packs")
            + ", "
            + HumanText.size(usage.total().bytes()));
    out.line();
    if (!state.sources.isEmpty()) {
      Table table = new Table("SOURCE", ">BACKUPS", "LAST", "STATUS", ">AGO", ">ENTRIES", ">SIZE");
      state.sources.forEach((name, source) -> row(name, source, table, session));
      table.print(out);
    }
    for (Backup backup : state.interrupted) {
      out.line(
          "interrupted: "
              + backup.id()
              + " of "
              + PlainText.of(backup.manifest().origin().source())
              + "; the next backup of it goes on from there");
    }
    for (Losses.Loss loss : state.losses) {
      out.line(
          out.bad("lost")
              + "  "
              + PlainText.of(loss.object() + ": " + loss.message())
              + " ["
              + loss.code().code()
              + "]");
    }
  }

  private static void row(SourceName name, SourceState source, Table table, Session session) {
    Backup last = source.last;
    if (last != null) {
      table.row(
          name.host + ":" + name.source,
          HumanText.count(source.backups),
          last.id().text(),
          last.manifest().status().word(),
          session.age(last.manifest().finished()),
          HumanText.count(last.manifest().entries().total()),
          HumanText.size(last.manifest().bytes().logical()));
    }
  }
}
