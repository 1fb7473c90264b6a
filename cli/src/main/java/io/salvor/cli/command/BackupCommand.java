package io.salvor.cli.command;

import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Source;
import io.salvor.provider.stream.CommandOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor backup}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor backup /home --exclude '*.tmp' --exclude /me/Downloads --tag team=web",
      "  salvor backup /etc /srv/www --description 'before the upgrade'",
      "  salvor backup postgresql://backup@db:5432/shop     one database: definitions and rows",
      "  salvor backup mongodb://backup@db:27017/shop       one database: collections, indexes",
      "  pg_dump shop | salvor backup -",
      "  salvor backup --stdin-from -- pg_dump shop",
      "  salvor backup /srv/app --sensitive .env --sensitive secrets/",
      "  salvor backup /srv/app --preset code --before './quiesce' --after './resume'",
      "",
      "Patterns are those of .gitignore; a leading / is the source directory. Exit code 3: some",
      "entries could not be read, all others are safe. An interrupted backup is taken up by the"
          + " next."
    })
final class BackupCommand implements Command {
  @Parameters(
      arity = "0..*",
      paramLabel = "<source>",
      description = "directories or files; - for standard input")
  List<String> sources = new ArrayList<>();

  @Option(
      names = "--type",
      paramLabel = "<type>",
      description = "full, incremental or differential; incremental where there is a predecessor")
  @Nullable String type;

  @Option(names = "--description", paramLabel = "<text>", description = "what people say of it")
  String description = "";

  @Option(names = "--tag", paramLabel = "<k=v>", description = "a label; may be repeated")
  List<String> tags = new ArrayList<>();

  @Mixin PatternOptions patterns = new PatternOptions();

  @Option(
      names = "--sensitive",
      paramLabel = "<pattern>",
      description =
          "seal the content of what matches under a key of its own, which credentials made with"
              + " --without-sensitive do not open; may be repeated")
  List<String> sensitive = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "<name>",
      description = "the machine that the backup is listed under")
  @Nullable String host;

  @Option(names = "--one-file-system", description = "leave out what is mounted inside the sources")
  boolean oneFileSystem;

  @Option(names = "--stdin-from", description = "run the command behind -- and keep what it prints")
  boolean stdinFrom;

  @Option(names = "--group", paramLabel = "<name>", description = "the group that it belongs to")
  String group = "";

  @Option(
      names = "--preset",
      paramLabel = "<kind>",
      description =
          "patterns for media, static, code, dependencies, logs or configuration; may be repeated")
  List<String> presets = new ArrayList<>();

  @Option(
      names = "--before",
      paramLabel = "<command>",
      description = "run by sh before anything is read; if it fails, nothing is backed up")
  @Nullable String before;

  @Option(
      names = "--after",
      paramLabel = "<command>",
      description = "run by sh in the end, whatever has happened; SALVOR_STATUS tells it what")
  @Nullable String after;

  @Mixin ForeignOptions foreign = new ForeignOptions();

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    foreign.refuse("backup");
    if (sources.isEmpty()) {
      throw Words.usage(
          "`salvor backup` needs a source",
          "neither a directory nor --stdin-from is named",
          "say for instance `salvor backup /home`; see `salvor help backup`");
    }
    List<Preset> kinds = presets.stream().map(Preset::of).toList();
    BackupRequest request =
        new BackupRequest(
            type == null
                ? null
                : Words.choose("--type", type, BackupType.recoveryPoints(), BackupType::word),
            host == null ? session.machine().host().get() : host,
            session.machine().user(),
            group,
            description,
            Words.pairs("--tag", tags));
    Repository repository = session.openToWrite();
    // Before the new backup's entry follows upon what is missed.
    List<Losses.Loss> missed = Losses.ofLedger(repository);
    Hooks hooks = new Hooks(before, after, String.join(" ", sources), request.host(), session);
    BackupReport report;
    try {
      hooks.before();
      report = capture(kinds, request, repository, session);
    } catch (IOException | RuntimeException | InterruptedException e) {
      ErrorCode code = Failures.of(e).code();
      String status = code == ErrorCode.INTERRUPTED ? "interrupted" : "failed";
      String wrong = hooks.after(status, "", code.code());
      if (wrong != null) {
        session.warn("", wrong, ErrorCode.HOOK_AFTER_FAILED.code());
      }
      throw e;
    }
    Manifest manifest = report.backup().manifest();
    List<Source.Warning> warnings = new ArrayList<>(report.warnings());
    missed.forEach(
        loss ->
            warnings.add(new Source.Warning(loss.code().code(), loss.object(), loss.message())));
    String wrong = hooks.after(manifest.status().word(), manifest.id().text(), "");
    if (wrong != null) {
      warnings.add(new Source.Warning(ErrorCode.HOOK_AFTER_FAILED.code(), "", wrong));
    }
    if (kinds.contains(Preset.CONFIGURATION)) {
      warnings.addAll(ConfigurationCheck.of(report.backup(), repository, session));
    }
    session.progress().close();
    boolean whole = manifest.status() == BackupStatus.SUCCESS && wrong == null;
    Exit exit = whole ? Exit.DONE : Exit.PARTIAL;
    session.outcome(exit);
    BackupText.report(report, warnings, repository, session);
    return exit;
  }

  private BackupReport capture(
      List<Preset> kinds, BackupRequest request, Repository repository, Session session)
      throws IOException, InterruptedException {
    List<String> ofKinds = kinds.stream().flatMap(kind -> kind.include().stream()).toList();
    List<String> included = new ArrayList<>(ofKinds);
    included.addAll(patterns.include);
    // The last that matches decides: what the user writes comes last.
    List<String> excluded =
        new ArrayList<>(kinds.stream().flatMap(kind -> kind.exclude().stream()).toList());
    excluded.addAll(patterns.exclude);
    CaptureOptions options =
        new CaptureOptions(
            included, excluded, ofKinds, sensitive, oneFileSystem, Places.ofSalvor(repository));
    try (Source source = open(session, options)) {
      return BackupRun.backup(repository, source, request, session.progress());
    }
  }

  private Source open(Session session, CaptureOptions options) {
    if (stdinFrom) {
      return new CommandOutput(sources, sensitive, session.machine().clock());
    }
    for (Provider provider : session.machine().providers().get()) {
      if (sources.stream().allMatch(provider::handles)) {
        return provider.open(sources, options);
      }
    }
    throw unsupported(String.join(" ", sources));
  }

  static SalvorException unsupported(String what) {
    return new SalvorException(
        ErrorCode.SOURCE_UNSUPPORTED,
        "Nothing here knows how to protect " + what,
        "this version protects directories, files, what commands print, and databases: one kind of"
            + " source at a time",
        "name paths such as /home, or an address such as postgresql+cluster://backup@db:5432; a"
            + " path with a colon in it is written ./like:this");
  }
}
