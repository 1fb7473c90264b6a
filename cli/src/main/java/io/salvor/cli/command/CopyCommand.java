package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyPlan;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code salvor copy}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor copy --to /mnt/usb/backups --init    make a copy, or go on with one",
      "  salvor copy --to /mnt/usb/backups           bring it up to date",
      "  salvor copy --to /mnt/usb/backups --dry-run",
      "",
      "A copy is a repository of its own, with the same backups: `salvor restore --repo` and all",
      "other commands work on it. No backup is ever deleted in it by a copy."
    })
final class CopyCommand implements Command {
  @Option(
      names = "--to",
      paramLabel = "<address>",
      required = true,
      description = "the other repository: /path or file:/path")
  String to = "";

  @Option(
      names = "--to-password-file",
      paramLabel = "<file>",
      description = "a file with the other repository's passphrase, if it is not the same one")
  @Nullable Path toPasswordFile;

  @Option(
      names = "--to-kms",
      paramLabel = "<key>",
      description = "a key of a key service that opens the other repository instead")
  @Nullable String toKms;

  @Option(names = "--init", description = "make the copy if there is none yet")
  boolean init;

  @Option(
      names = "--yes",
      description =
          "with --init: also where this machine has seen a copy and an empty directory is now")
  boolean yes;

  @Option(names = "--dry-run", description = "only say what would be sent")
  boolean dryRun;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    long began = session.machine().nanos().getAsLong();
    Repository from = session.openToRead();
    Repository other;
    try {
      other = openOther(from, session);
    } catch (SalvorException e) {
      throw told(e, session);
    }
    if (dryRun) {
      print(Copies.plan(from, other, session.progress()), from, other, session);
      return Exit.DONE;
    }
    CopyReport report;
    try {
      report = Copies.copy(from, other, session.machine().host().get(), session.progress());
    } catch (SalvorException e) {
      throw e.code() == ErrorCode.STORAGE_FULL ? withRest(e, from, other, session) : e;
    }
    session.progress().close();
    Exit exit = exit(report);
    session.outcome(exit);
    Duration took = Duration.ofNanos(session.machine().nanos().getAsLong() - began);
    if (session.isJson()) {
      json(report, from, other, took, session.json());
    } else {
      print(report, other, took, session.text());
    }
    return exit;
  }

  /** What only waits is there, and goes with a later copy. */
  static Exit exit(CopyReport report) {
    if (!report.damaged().isEmpty()) {
      return Exit.DAMAGED;
    }
    return report.complete() ? Exit.DONE : Exit.PARTIAL;
  }

  private Repository openOther(Repository from, Session session) throws IOException {
    place(session).requireOutside(Places.ofSalvor(from));
    if (init && !dryRun && !yes) {
      place(session).requireNotGone();
    }
    Storage storage = init && !dryRun ? Storages.create(to) : Storages.open(to);
    try {
      if (init && !dryRun) {
        Copies.prepare(from, storage);
      }
    } catch (IOException | RuntimeException e) {
      try (storage) {
        throw e;
      }
    }
    return session.open(
        storage,
        () -> Openers.other(session, toPasswordFile, toKms, "--to-password-file and --to-kms"));
  }

  /** The same failure, with what is still to be sent. */
  private static SalvorException withRest(
      SalvorException full, Repository from, Repository other, Session session) {
    try {
      CopyPlan rest = Copies.plan(from, other, session.progress());
      return new SalvorException(
          full.code(),
          String.valueOf(full.getMessage()),
          full.why() + "; " + HumanText.size(rest.bytes()) + " are still to be copied",
          full.remedy() + "; what was copied is not sent again",
          full);
    } catch (IOException | SalvorException e) {
      // What has failed first is what is to be told.
      return full;
    }
  }

  private CopyPlace place(Session session) {
    return new CopyPlace(to, session);
  }

  /** The same failure in the words of somebody who has two repositories before them. */
  private SalvorException told(SalvorException e, Session session) {
    if (e.code() == ErrorCode.REPOSITORY_MISSING && place(session).wasSeen()) {
      return new SalvorException(
          ErrorCode.STORAGE_UNREACHABLE,
          "The copy in " + to + " cannot be reached",
          "this machine has seen a repository there, and now " + e.why(),
          CopyPlace.REMEDY,
          e);
    }
    return switch (e.code()) {
      case REPOSITORY_MISSING ->
          new SalvorException(
              e.code(),
              "There is no copy at " + to,
              e.why(),
              "check the address, or make the copy with `salvor copy --init`",
              e);
      case WRONG_CREDENTIAL, CREDENTIAL_WITHDRAWN ->
          new SalvorException(
              e.code(),
              "The copy in " + to + " does not open with the credential at hand",
              e.why() + "; a copy opens as the repository did when it was copied last",
              "name what opens it with --to-password-file or --to-kms; once it is copied to, it"
                  + " opens as the repository does",
              e);
      default -> e;
    };
  }

  private static void json(
      CopyReport report, Repository from, Repository to, Duration took, JsonDocument json) {
    json.field("status", report.complete() ? "success" : "partial");
    places(from, to, json);
    json.field("dryRun", false);
    json.field("backups", report.backups());
    json.field("packs", report.packs());
    json.field("objects", report.objects());
    json.object(
        "bytes",
        () -> {
          json.field("sent", report.bytes());
          json.field("present", report.present());
        });
    json.field("damaged", report.damaged().stream().map(ObjectName::value).toList());
    json.field("waiting", report.waiting().stream().map(ObjectName::value).toList());
    json.field("durationMs", took.toMillis());
  }

  private static void places(Repository from, Repository to, JsonDocument json) {
    json.field("id", from.id().toString());
    json.field("from", from.storage().address());
    json.field("to", to.storage().address());
  }

  private static void print(CopyReport report, Repository to, Duration took, TextOutput out) {
    out.line(
        "copied "
            + HumanText.count(report.backups(), "backup", "backups")
            + " to "
            + to.storage().address()
            + ": "
            + HumanText.count(report.objects(), "object", "objects")
            + " of "
            + HumanText.size(report.bytes())
            + " sent, "
            + HumanText.size(report.present())
            + " were there, "
            + HumanText.duration(took));
    for (ObjectName name : report.damaged()) {
      out.line(out.bad("damage") + "  " + PlainText.of(name.value()) + ": not copied");
    }
    if (!report.damaged().isEmpty()) {
      out.line(
          "        do: `salvor verify` says what it touches, `salvor repair` what can be done");
    }
    if (!report.waiting().isEmpty()) {
      out.line(
          "not complete: what write-only clients have stored must be read back first, which could"
              + " not be done here");
      out.line(
          "        do: run `salvor key writer accept` where the repository can be written, then"
              + " copy again");
    }
  }

  private static void print(CopyPlan plan, Repository from, Repository to, Session session) {
    session.progress().close();
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.field("status", "planned");
      places(from, to, json);
      json.field("dryRun", true);
      json.field("backups", plan.manifests().size());
      json.field("packs", plan.packs().size());
      json.field("objects", plan.objects());
      json.object(
          "bytes",
          () -> {
            json.field("sent", plan.bytes());
            json.field("present", plan.present());
          });
      json.field("damaged", List.of());
      json.field("waiting", List.of());
      json.field("durationMs", 0);
    } else {
      session
          .text()
          .line(
              "would copy "
                  + HumanText.count(plan.manifests().size(), "backup", "backups")
                  + " to "
                  + to.storage().address()
                  + ": "
                  + HumanText.count(plan.objects(), "object", "objects")
                  + " of "
                  + HumanText.size(plan.bytes()));
    }
  }
}
