package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeChange;
import io.salvor.engine.tree.TreeDiff;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code salvor diff}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor diff 20260129-150000-a2b3c latest --source /home",
      "  salvor diff 2026012 2026013 etc/nginx",
      "",
      "+ added, - removed, M changed, with the fields that differ."
    })
final class DiffCommand implements Command {
  @Parameters(index = "0", paramLabel = "<backup>", description = "the earlier one")
  String before = "";

  @Parameters(index = "1", paramLabel = "<backup>", description = "the later one")
  String after = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "<path>",
      description = "only this entry and what lies below it")
  @Nullable String path;

  @Mixin BackupChoice choice = new BackupChoice();

  private long added;
  private long removed;
  private long changed;

  @Override
  public Exit run(Session session) throws IOException {
    Key within = EntryChoice.parse(path);
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    Backup first = choice.one(list, repository, before, session);
    Backup second = choice.one(list, repository, after, session);
    TreeDiff diff =
        new TreeDiff(repository.nodes(), first.manifest().root(), second.manifest().root(), within);
    if (session.isJson()) {
      session.json().beginArray("entries");
    }
    for (TreeChange change = diff.next(); change != null; change = diff.next()) {
      session.checkCancelled();
      show(change, session);
    }
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.endArray();
      json.field("added", added);
      json.field("removed", removed);
      json.field("changed", changed);
    } else {
      session
          .text()
          .line(
              HumanText.count(added)
                  + " added, "
                  + HumanText.count(removed)
                  + " removed, "
                  + HumanText.count(changed)
                  + " changed");
    }
    return Exit.DONE;
  }

  private void show(TreeChange change, Session session) throws IOException {
    switch (change) {
      case TreeChange.Added(TreeItem item) -> {
        added++;
        show(item.key(), "added", "+", entry(item), List.of(), session);
      }
      case TreeChange.Removed(TreeItem item) -> {
        removed++;
        show(item.key(), "removed", "-", entry(item), List.of(), session);
      }
      case TreeChange.Changed(TreeItem old, TreeItem young) -> {
        changed++;
        Entry now = entry(young);
        show(young.key(), "changed", "M", now, fields(entry(old), now), session);
      }
    }
  }

  private static void show(
      Key key, String word, String sign, Entry entry, List<String> fields, Session session) {
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object(
          () -> {
            json.field("key", key.toString());
            json.field("kind", EntryText.kind(entry.kind()));
            json.field("change", word);
            json.field("fields", fields);
          });
    } else {
      String detail = fields.isEmpty() ? "" : "  (" + String.join(", ", fields) + ")";
      session.text().line(sign + " " + EntryText.key(key) + session.text().faint(detail));
    }
  }

  /** What differs; where a person would see no difference, what made the backup count one. */
  private static List<String> fields(Entry before, Entry after) {
    List<String> fields = new ArrayList<>();
    before.differences(after).forEach(f -> fields.add(f.toString()));
    if (fields.isEmpty()) {
      fields.add(Objects.equals(before.inode(), after.inode()) ? "ctime" : "inode");
    }
    return fields;
  }

  private static Entry entry(TreeItem item) throws IOException {
    return EntryCodec.decode(item.key(), item.value());
  }
}
