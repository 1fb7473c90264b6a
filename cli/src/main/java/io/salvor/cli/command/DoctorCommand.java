package io.salvor.cli.command;

import io.salvor.cli.console.ErrorText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.SourceCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Parameters;

/** {@code salvor doctor}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor doctor",
      "  salvor doctor --repo /srv/backups --json",
      "  salvor doctor postgresql+cluster://backup@db:5432    can it be backed up, and restored"
          + " here?",
      "  salvor doctor mariadb://backup@db:3306                can it be backed up, and followed?",
      "",
      "Changes nothing. Exit code 4: something is damaged or lost; 1: another check has failed;"
          + " what",
      "to do stands beside it."
    })
final class DoctorCommand implements Command {
  @Parameters(
      arity = "0..*",
      paramLabel = "<source>",
      description = "sources to look at as well; nothing of them is read")
  List<String> sources = new ArrayList<>();

  /** What a check comes to. */
  enum Verdict {
    /** This credential cannot tell. */
    SKIPPED,
    OK,
    WARNING,
    FAILED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The result of one check.
   *
   * @param exit what the command comes to by this check alone
   */
  record Result(String name, Verdict verdict, String detail, String remedy, Exit exit) {
    Result(String name, Verdict verdict, String detail, String remedy) {
      this(name, verdict, detail, remedy, verdict == Verdict.FAILED ? Exit.FAILED : Exit.DONE);
    }

    /** A check that has found damage, or failed otherwise. */
    static Result failed(String name, ErrorCode code, String detail, String remedy) {
      Exit exit = code.isDamage() ? Exit.DAMAGED : Exit.FAILED;
      return new Result(name, Verdict.FAILED, detail, remedy, exit);
    }
  }

  /** One check. */
  interface Check {
    /** Looks. */
    Result look() throws IOException;
  }

  private final List<Result> results = new ArrayList<>();

  @Override
  public Exit run(Session session) throws IOException {
    MachineChecks machine = new MachineChecks(session);
    look("java", machine::java);
    look("memory", machine::memory);
    look("file access", machine::fileAccess);
    look("clock", machine::clock);
    look("local state", machine::localState);
    if (isRepositoryNamed(session)) {
      RepositoryChecks repository = new RepositoryChecks(session);
      if (look("storage", repository::reachable).verdict != Verdict.FAILED) {
        look("writing", repository::writable);
        look("durability", repository::durable);
        look("free space", repository::freeSpace);
        look("permissions", repository::permissions);
        if (look("credential", repository::opens).verdict != Verdict.FAILED) {
          look("index", repository::index);
          look("ledger", repository::ledger);
          look("backups", repository::backups);
        }
      }
    } else {
      results.add(
          new Result(
              "storage",
              Verdict.WARNING,
              "no repository is named, so none was looked at",
              "say --repo /path, or set SALVOR_REPO"));
    }
    for (String source : sources) {
      source(source, session);
    }
    if (session.isJson()) {
      json(session.json());
    } else {
      print(session.text());
    }
    return exit();
  }

  private void source(String address, Session session) throws IOException {
    for (Provider provider : session.machine().providers().get()) {
      if (provider.handles(address)) {
        try {
          provider.check(List.of(address)).forEach(check -> results.add(result(check)));
        } catch (SalvorException e) {
          results.add(Result.failed("source", e.code(), ErrorText.inOneLine(e), e.remedy()));
        }
        return;
      }
    }
    throw BackupCommand.unsupported(address);
  }

  private static Result result(SourceCheck check) {
    Verdict verdict =
        switch (check.verdict()) {
          case SKIPPED -> Verdict.SKIPPED;
          case OK -> Verdict.OK;
          case WARNING -> Verdict.WARNING;
          case FAILED -> Verdict.FAILED;
        };
    return new Result(check.name(), verdict, check.detail(), check.remedy());
  }

  private Exit exit() {
    if (results.stream().anyMatch(r -> r.exit == Exit.DAMAGED)) {
      return Exit.DAMAGED;
    }
    return worst() == Verdict.FAILED ? Exit.FAILED : Exit.DONE;
  }

  private static boolean isRepositoryNamed(Session session) {
    return session.options().repo != null
        || !session.machine().environment().getOrDefault("SALVOR_REPO", "").isEmpty();
  }

  private Result look(String name, Check check) throws IOException {
    Result result;
    try {
      result = check.look();
    } catch (SalvorException e) {
      result = Result.failed(name, e.code(), ErrorText.inOneLine(e), e.remedy());
    } catch (IOException | UncheckedIOException e) {
      result = new Result(name, Verdict.FAILED, e.toString(), "find out why, and run this again");
    }
    results.add(result);
    return result;
  }

  private Verdict worst() {
    return results.stream().map(Result::verdict).max(Enum::compareTo).orElse(Verdict.OK);
  }

  private void json(JsonDocument json) {
    json.field("status", worst().word());
    json.array(
        "checks",
        () ->
            results.forEach(
                r ->
                    json.object(
                        () -> {
                          json.field("name", r.name);
                          json.field("verdict", r.verdict.word());
                          json.field("detail", r.detail);
                          json.field("remedy", r.remedy.isEmpty() ? null : r.remedy);
                        })));
  }

  private void print(TextOutput out) {
    for (Result r : results) {
      String word = String.format(Locale.ROOT, "%-8s", r.verdict.word());
      String shown =
          switch (r.verdict) {
            case OK -> out.good(word);
            case SKIPPED, WARNING -> out.bold(word);
            case FAILED -> out.bad(word);
          };
      out.line(shown + String.format(Locale.ROOT, "%-12s ", r.name) + PlainText.of(r.detail));
      if (r.verdict != Verdict.OK && !r.remedy.isEmpty()) {
        out.line(" ".repeat(21) + "do: " + PlainText.of(r.remedy));
      }
    }
  }
}
