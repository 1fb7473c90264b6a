package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.PatternList;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor find}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor find '*.conf'",
      "  salvor find /etc/nginx/ --backup latest --source /",
      "  salvor find '*.log' --content 'Exception in thread'",
      "",
      "The pattern is one of .gitignore: a leading / is the source directory, a trailing / means",
      "directories. --content takes a regular expression and searches file by file, line by line."
    })
final class FindCommand implements Command {
  @Parameters(paramLabel = "<pattern>", description = "a pattern as .gitignore has them")
  String pattern = "";

  @Option(
      names = "--content",
      paramLabel = "<regex>",
      description = "only files with a line that matches")
  @Nullable String content;

  @Option(
      names = "--backup",
      paramLabel = "<backup>",
      description = "in this backup only: an id, the beginning of one, or latest; may be repeated")
  List<String> backups = new ArrayList<>();

  @Mixin BackupChoice choice = new BackupChoice();

  @Override
  public Exit run(Session session) throws IOException {
    PatternList names = PatternList.parse(List.of(pattern));
    Pattern text = content == null ? null : regex(content);
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    if (session.isJson()) {
      session.json().beginArray("matches");
    }
    for (Backup backup : chosen(list, repository, session)) {
      TreeCursor all = repository.tree(backup.manifest().root()).all();
      for (TreeItem item = all.next(); item != null; item = all.next()) {
        session.checkCancelled();
        consider(item, backup, names, text, repository, session);
      }
    }
    if (session.isJson()) {
      session.json().endArray();
    }
    return Exit.DONE;
  }

  private List<Backup> chosen(BackupList list, Repository repository, Session session)
      throws IOException {
    if (!backups.isEmpty()) {
      List<Backup> named = new ArrayList<>();
      for (String word : backups) {
        named.add(choice.one(list, repository, word, session));
      }
      return named;
    }
    return list.backups().stream().filter(b -> choice.takes(b, session)).toList();
  }

  private static void consider(
      TreeItem item,
      Backup backup,
      PatternList names,
      @Nullable Pattern text,
      Repository repository,
      Session session)
      throws IOException {
    // The name decides for most entries; their values need not be read.
    if (!names.matches(item.key(), true)) {
      return;
    }
    Entry entry = EntryCodec.decode(item.key(), item.value());
    if (!names.matches(item.key(), entry.kind() == EntryKind.DIRECTORY)) {
      return;
    }
    List<ContentSearch.Line> lines = List.of();
    if (text != null && entry.isSensitive() && !repository.keys().opensSensitive()) {
      session.warn(
          item.key().toString(),
          "its content is sensitive, and was not searched",
          ErrorCode.ENTRY_SENSITIVE.code());
      return;
    }
    if (text != null) {
      lines =
          entry.kind().hasContent()
              ? ContentSearch.find(text, repository.blobs(), entry, session::checkCancelled)
              : lines;
      if (lines.isEmpty()) {
        return;
      }
    }
    show(item, backup, entry, lines, session);
  }

  private static void show(
      TreeItem item, Backup backup, Entry entry, List<ContentSearch.Line> lines, Session session) {
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object(
          () -> {
            json.field("backup", backup.id().text());
            EntryText.write(item.key(), entry, json);
            if (!lines.isEmpty()) {
              json.array("lines", () -> lines.forEach(l -> json.object(() -> l.write(json))));
            }
          });
      return;
    }
    session
        .text()
        .line(
            backup.id()
                + "  "
                + EntryText.mode(entry)
                + "  "
                + session.time(EntryText.instant(entry.mtime()))
                + "  "
                + EntryText.key(item.key())
                + EntryText.suffix(entry));
    for (ContentSearch.Line line : lines) {
      session.text().line("    " + line.number() + ": " + PlainText.of(line.text()));
    }
  }

  private static Pattern regex(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new SalvorException(
          ErrorCode.BAD_PATTERN,
          "--content cannot be \"" + text + "\"",
          "it is not a regular expression: "
              + e.getDescription()
              + " near position "
              + (e.getIndex() + 1),
          "write a letter that is meant as such with a backslash: \\( \\[ \\* \\?",
          e);
    }
  }
}
