package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.PlainText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Scope;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor export}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor export latest --to /tmp/home.tar.gz --format tar --compress gzip",
      "  salvor export latest --to - --format tar | tar -tv",
      "  tar --xattrs --xattrs-include='*' --acls -xf home.tar     as root: everything comes back",
      "",
      "The archive needs no Salvor to be read: names of any length, nanoseconds, owners, links,"
          + " holes,",
      "extended attributes and ACLs are in it. It is not encrypted."
    })
final class ExportCommand implements Command {
  @Parameters(paramLabel = "<backup>", description = "an id, the beginning of one, or latest")
  String backup = "";

  @Option(
      names = "--to",
      paramLabel = "<address>",
      required = true,
      description = "a file that is made: /path or file:/path; - for standard output")
  String to = "";

  @Option(names = "--format", paramLabel = "<format>", description = "tar")
  String format = "tar";

  @Option(
      names = "--compress",
      paramLabel = "<how>",
      description = "gzip, zip or zstd; without it not at all")
  @Nullable String compress;

  @Mixin PatternOptions patterns = new PatternOptions();

  @Option(names = "--encrypt-to", hidden = true)
  @Nullable String encryptTo;

  @Mixin BackupChoice choice = new BackupChoice();

  /** What a tar is wrapped in. */
  enum Compression {
    NONE,
    GZIP,
    ZIP,
    ZSTD
  }

  @Override
  public Exit run(Session session) throws IOException {
    Compression compression = compression(session);
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    Backup found = choice.one(list, repository, backup, session);
    Includes includes = new Includes(Scope.of(patterns.selection()), patterns.include);
    TarExport export = new TarExport(repository, found, includes.scope(), session.progress());
    String whole =
        "the backup has "
            + HumanText.size(found.manifest().bytes().logical())
            + " before compression";
    try (ExportFile file = ExportFile.open(to, whole, Places.ofSalvor(repository), session)) {
      export.write(file.stream(), compression, file.name());
      includes.tell(session);
      file.keep();
    }
    session.progress().close();
    ErrorCode worst = export.worst();
    Exit exit = worst == null ? Exit.DONE : worst.exit();
    session.outcome(exit);
    report(found, compression, export, session);
    return exit;
  }

  private Compression compression(Session session) {
    if (List.of("json", "yaml", "csv").contains(format)) {
      throw Words.usage(
          "--format " + format + " cannot be used for files",
          "it is for records such as a table's items, and files are no records",
          "use --format tar");
    }
    if (!format.equals("tar")) {
      throw Words.usage("--format cannot be \"" + format + "\"", "it is tar for files");
    }
    if (encryptTo != null) {
      throw Words.usage(
          "--encrypt-to cannot be used yet",
          "this version writes plain archives only",
          "write to standard output with --to - and encrypt that");
    }
    if (to.equals("-") && session.isJson()) {
      throw Words.usage(
          "--json cannot go with --to -",
          "both would be written to standard output",
          "name a file with --to");
    }
    return compress == null
        ? Compression.NONE
        : Words.choose(
            "--compress",
            compress,
            new Compression[] {Compression.GZIP, Compression.ZIP, Compression.ZSTD},
            c -> c.name().toLowerCase(java.util.Locale.ROOT));
  }

  private void report(Backup found, Compression how, TarExport export, Session session) {
    if (session.isJson()) {
      var json = session.json();
      json.field("backup", found.id().text());
      json.field("to", to);
      json.field("format", "tar");
      json.field(
          "compress", compress == null ? null : how.name().toLowerCase(java.util.Locale.ROOT));
      json.field("status", export.worst() == null ? "success" : "partial");
      json.field("entries", export.entries());
      json.field("bytes", export.bytes());
      json.array(
          "errors",
          () ->
              export
                  .problems()
                  .forEach(
                      p ->
                          json.object(
                              () -> {
                                json.field("key", p.key());
                                json.field("code", p.code().code());
                                json.field("message", p.message());
                              })));
      return;
    }
    if (!to.equals("-")) {
      session
          .text()
          .line(
              "exported "
                  + HumanText.count(export.entries(), "entry", "entries")
                  + " of "
                  + found.id()
                  + " to "
                  + PlainText.of(to)
                  + ", "
                  + HumanText.size(export.bytes())
                  + " before compression");
    }
    export.problems().forEach(p -> session.warn(p.key(), p.message(), p.code().code()));
  }
}
