package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.Exit;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeChildren;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor ls}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor ls latest",
      "  salvor ls latest etc/nginx --direct",
      "  salvor ls 20260130-150000-k7f3q --json"
    })
final class LsCommand implements Command {
  @Parameters(
      index = "0",
      paramLabel = "<backup>",
      description = "an id, the beginning of one, or latest")
  String backup = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<path>",
      description = "only this entry and what lies below it")
  @Nullable String path;

  @Option(names = "--direct", description = "only what lies directly in the directory")
  boolean direct;

  @Mixin BackupChoice choice = new BackupChoice();

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    Backup found = choice.one(list, repository, backup, session);
    Tree tree = repository.tree(found.manifest().root());
    Key top = path == null ? Key.ROOT : EntryChoice.find(tree, found, path);
    if (session.isJson()) {
      session.json().beginArray("entries");
    }
    TreeItem own = tree.find(top);
    if (own != null && (tree.below(top).peek() == null && !top.isRoot())) {
      show(own, session);
    } else if (direct) {
      TreeChildren children = tree.children(top);
      for (TreeChildren.Child c = children.next(); c != null; c = children.next()) {
        TreeItem item = c.entry();
        if (item != null) {
          show(item, session);
        }
      }
    } else {
      TreeCursor below = tree.below(top);
      for (TreeItem item = below.next(); item != null; item = below.next()) {
        show(item, session);
      }
    }
    if (session.isJson()) {
      session.json().endArray();
    }
    return Exit.DONE;
  }

  private static void show(TreeItem item, Session session) throws IOException {
    session.checkCancelled();
    Entry entry = EntryCodec.decode(item.key(), item.value());
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object(() -> EntryText.write(item.key(), entry, json));
    } else {
      line(item.key(), entry, session);
    }
  }

  private static void line(Key key, Entry entry, Session session) {
    TextOutput out = session.text();
    Device device = entry.device();
    out.line(
        String.format(
            Locale.ROOT,
            "%s %-8s %-8s %13s %s %s%s",
            EntryText.mode(entry),
            entry.kind().isOfDatabase() ? "-" : EntryText.owner(entry.user()),
            entry.kind().isOfDatabase() ? "-" : EntryText.owner(entry.group()),
            device == null
                ? String.format(Locale.ROOT, "%,d", entry.size())
                : device.major() + ", " + device.minor(),
            session.time(EntryText.instant(entry.mtime())),
            EntryText.key(key),
            EntryText.suffix(entry)));
  }
}
