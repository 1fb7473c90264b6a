package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import io.salvor.engine.verify.PlainVerification;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyProof;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Depth;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor verify}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor verify                              that everything is there",
      "  salvor verify --depth full                 read every byte",
      "  salvor verify latest --depth sample --sample 10%%",
      "  salvor verify --depth full --unless-verified 7d",
      "  salvor verify --no-key                     where nobody has the passphrase",
      "",
      "Exit code 4: something is damaged or lost; the issues say what, and what helps."
    })
final class VerifyCommand implements Command {
  private static final Depth[] DEPTHS = {Depth.STRUCTURE, Depth.SAMPLE, Depth.FULL};

  @Parameters(
      arity = "0..1",
      paramLabel = "<backup>",
      description = "the trees of this backup only; otherwise of all")
  @Nullable String backup;

  @Option(
      names = "--depth",
      paramLabel = "<depth>",
      description = "structure (the default), sample, or full: every byte is read back")
  String depth = "";

  /** More than a screen of them helps nobody. */
  private static final int MOST_SHOWN = 30;

  @Option(
      names = "--sample",
      paramLabel = "<share>",
      description = "the share of the packs that a sample reads; 5 percent if not said")
  String sample = "";

  @Option(
      names = "--unless-verified",
      paramLabel = "<time>",
      description =
          "with --depth full: not what this machine has read back within this time, such as 7d")
  String unlessVerified = "";

  @Option(
      names = "--no-key",
      description = "without the passphrase: only that each object fits its checksum")
  boolean noKey;

  @Mixin BackupChoice choice = new BackupChoice();

  private @Nullable Repository verified;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    double share = sample.isEmpty() ? 0.05 : Words.share("--sample", sample);
    String word = depth.isEmpty() ? (sample.isEmpty() ? "structure" : "sample") : depth;
    Depth wanted = Words.choose("--depth", word, DEPTHS, d -> d.name().toLowerCase(Locale.ROOT));
    long began = session.machine().nanos().getAsLong();
    VerifyReport report = noKey ? withoutKey(session) : report(wanted, share, session);
    Duration took = Duration.ofNanos(session.machine().nanos().getAsLong() - began);
    if (verified != null) {
      VerifyProof.leave(verified, report, took, session.machine().user())
          .ifPresent(e -> Failures.warnOfNoProof(e, session));
    }
    session.progress().close();
    Exit exit = report.intact() ? Exit.DONE : Exit.DAMAGED;
    session.outcome(exit);
    if (session.isJson()) {
      json(report, session.json());
    } else {
      print(report, took, session.text());
    }
    return exit;
  }

  private VerifyReport report(Depth wanted, double share, Session session)
      throws IOException, InterruptedException {
    Duration since =
        unlessVerified.isEmpty()
            ? Duration.ZERO
            : Words.duration("--unless-verified", unlessVerified);
    if (since.isPositive() && wanted != Depth.FULL) {
      throw Words.usage(
          "--unless-verified goes with --depth full", "other depths read no pack to its end");
    }
    Repository repository = session.openToRead();
    verified = repository;
    Predicate<Backup> which = which(repository, session);
    return Verification.run(repository, wanted, share, which, since, session.progress());
  }

  private VerifyReport withoutKey(Session session) throws IOException {
    if (backup != null || !depth.isEmpty() || !sample.isEmpty() || !unlessVerified.isEmpty()) {
      throw Words.usage(
          "--no-key goes with no other choice", "without a key there are only objects");
    }
    try (Storage storage = Storages.open(session.repositoryAddress())) {
      return PlainVerification.run(storage, session.progress());
    }
  }

  private Predicate<Backup> which(Repository repository, Session session) throws IOException {
    if (backup != null) {
      BackupList list = BackupList.read(repository);
      return Verification.only(List.of(choice.one(list, backup, session).id()));
    }
    choice.requireAny(BackupList.read(repository), repository, session);
    return b -> choice.takes(b, session);
  }

  private static void json(VerifyReport report, JsonDocument json) {
    json.field("status", report.intact() ? "intact" : "damaged");
    json.field("depth", report.depth().name().toLowerCase(Locale.ROOT));
    json.field("blobs", report.blobs());
    json.field("bytes", report.bytes());
    json.array(
        "issues", () -> report.issues().forEach(issue -> json.object(() -> json(issue, json))));
  }

  private static void json(Issue issue, JsonDocument json) {
    json.field("severity", issue.severity().name().toLowerCase(Locale.ROOT));
    json.field("object", issue.object());
    json.field("backups", issue.backups().stream().map(BackupId::text).toList());
    json.field("message", issue.message());
    json.field("remedy", issue.remedy());
  }

  private static void print(VerifyReport report, Duration took, TextOutput out) {
    List<Issue> shown = report.issues().stream().limit(MOST_SHOWN).toList();
    for (Issue issue : shown) {
      boolean damage = issue.severity() == Severity.DAMAGE;
      String word = damage ? out.bad("damage") : "notice";
      out.line(word + "  " + PlainText.of(issue.object()) + ": " + PlainText.of(issue.message()));
      if (!issue.backups().isEmpty()) {
        out.line(
            "        in "
                + issue.backups().stream().map(BackupId::text).collect(Collectors.joining(", ")));
      }
      if (damage) {
        out.line("        do: " + PlainText.of(issue.remedy()));
      }
    }
    if (shown.size() < report.issues().size()) {
      out.line(
          "and "
              + HumanText.count(report.issues().size() - shown.size(), "other", "others")
              + ": --json shows them");
    }
    long damages = report.issues().stream().filter(i -> i.severity() == Severity.DAMAGE).count();
    out.line(
        (report.intact()
                ? out.good("intact")
                : out.bad("damaged") + " in " + HumanText.count(damages, "place", "places"))
            + ": "
            + HumanText.count(report.blobs(), "blob", "blobs")
            + " looked at, "
            + HumanText.size(report.bytes())
            + " read back, "
            + HumanText.duration(took));
  }
}
