package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureReport;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor erase}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor erase 20260130-150000-k7f3q --kms kms:file:/keys/one --new-kms kms:file:/keys/two --yes",
      "",
      "Only in a repository that was made with `salvor init --erasable`. What stays is sealed anew for",
      "the new key, and then every old key is destroyed at its key service, also those of credentials",
      "that were removed before: what copies, snapshots and locks still have of the erased backups",
      "opens to nobody. A copy of the repository must be brought up to date between; name those that",
      "were with --copied. Exit code 3: erased, but an earlier key could not be asked, or is not known."
    })
final class EraseCommand implements Command {
  @Parameters(arity = "1..*", paramLabel = "<backup>", description = "the ids of the backups")
  List<String> backups = new ArrayList<>();

  @Option(
      names = "--new-kms",
      paramLabel = "<key>",
      required = true,
      description = "a new key of a key service, which alone opens what stays")
  String newKms = "";

  @Option(names = "--label", paramLabel = "<text>", description = "a name for its credential")
  @Nullable String label;

  @Option(
      names = "--copied",
      paramLabel = "<address>",
      description =
          "a copy that is up to date: looked at where it can be reached, and recorded; may be"
              + " repeated")
  List<String> copied = new ArrayList<>();

  @Option(
      names = "--wait",
      paramLabel = "<duration>",
      description = "how long to wait for writers at work, such as 10m")
  String wait = "";

  @Option(names = "--yes", description = "agree that this cannot be undone")
  boolean yes;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    Set<BackupId> ids = ids(session);
    if (!yes && !isAgreed(session, ids)) {
      throw new SalvorException(
          ErrorCode.CONSENT_MISSING,
          "Nobody has agreed to erase " + HumanText.count(ids.size(), "backup", "backups"),
          "it cannot be undone, and the old keys are destroyed",
          "say --yes");
    }
    try (Opener opener = Openers.findNew(session, null, newKms)) {
      ErasureRequest request =
          new ErasureRequest(
              ids,
              (KmsKey) opener,
              label == null ? "after an erasure" : label,
              copied,
              wait.isEmpty() ? Duration.ZERO : Words.duration("--wait", wait),
              session.machine().user());
      ErasureReport report =
          Erasure.run(
              session::openToWriteAlone,
              (address, successor) -> session.open(Storages.open(address), successor),
              request,
              session.progress());
      report(report, session);
      return report.unreached().isEmpty() ? Exit.DONE : Exit.PARTIAL;
    }
  }

  /** Those that are there by their prefixes; a whole id may be of one that is forgotten already. */
  private Set<BackupId> ids(Session session) throws IOException {
    Set<BackupId> ids = new LinkedHashSet<>();
    try (Repository repository = session.openToWriteAlone()) {
      BackupList list = BackupList.read(repository);
      for (String word : backups) {
        try {
          ids.add(list.byPrefix(word).id());
        } catch (SalvorException e) {
          ids.add(whole(word, e));
        }
      }
      requireCopiesNamed(repository, session);
    }
    return ids;
  }

  /** What copies that are not brought up to date hold is closed for good, all of it. */
  private void requireCopiesNamed(Repository repository, Session session) {
    Set<String> named = new HashSet<>();
    copied.forEach(address -> named.add(new CopyPlace(address, session).place()));
    for (String place : repository.otherPlaces()) {
      if (named.contains(place)) {
        continue;
      }
      if (Files.exists(Path.of(place, "salvor"))) {
        throw new SalvorException(
            ErrorCode.ERASURE_UNFINISHED,
            "Nothing was erased: no key was destroyed",
            "this machine has seen a copy in " + place + ", which nothing would open any more",
            "bring it up to date with `salvor copy`, and name it with --copied");
      }
      session.warn(
          place,
          "this machine has seen a copy there; if it still is somewhere, nothing will open it",
          ErrorCode.ERASURE_UNFINISHED.code());
    }
  }

  private static BackupId whole(String word, SalvorException otherwise) {
    try {
      return new BackupId(word);
    } catch (IllegalArgumentException e) {
      throw otherwise;
    }
  }

  private static boolean isAgreed(Session session, Set<BackupId> ids) throws IOException {
    return session.console().isInteractive()
        && TerminalPrompt.yes(
            session,
            List.of("to be erased for good: " + ids),
            "destroy the old keys? (y)es, (n)o ");
  }

  private static void report(ErasureReport report, Session session) {
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.field("backups", report.backups().stream().map(BackupId::text).toList());
      json.field("destroyed", report.destroyed());
      json.field("copies", report.copies());
      json.field("checked", report.checked());
      json.field("unreached", report.unreached());
    } else {
      TextOutput out = session.text();
      out.line("erased " + HumanText.count(report.backups().size(), "backup", "backups"));
      report.destroyed().forEach(key -> out.line("destroyed the key " + PlainText.of(key)));
      report
          .unreached()
          .forEach(
              key -> out.line(out.bad("not destroyed") + ", do it yourself: " + PlainText.of(key)));
      out.line("the repository is opened with the new key from now on");
    }
  }
}
