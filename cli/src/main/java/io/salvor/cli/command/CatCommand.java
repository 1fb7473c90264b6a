package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code salvor cat}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor cat latest etc/hosts",
      "  salvor cat latest stdout --source 'command:pg_dump shop' | psql shop",
      "",
      "With --json the content is in the document as base64."
    })
final class CatCommand implements Command {
  @Parameters(
      index = "0",
      paramLabel = "<backup>",
      description = "an id, the beginning of one, or latest")
  String backup = "";

  @Parameters(index = "1", paramLabel = "<path>", description = "a file, as ls prints it")
  String path = "";

  @Mixin BackupChoice choice = new BackupChoice();

  @Mixin Fallback fallback = new Fallback();

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToRead();
    fallback.use(repository, session);
    BackupList list = BackupList.read(repository);
    Backup found = choice.one(list, repository, backup, session);
    Tree tree = repository.tree(found.manifest().root());
    Key key = EntryChoice.find(tree, found, path);
    TreeItem item = tree.find(key);
    if (item == null) {
      throw notAFile(found, "it is a directory");
    }
    Entry entry = EntryCodec.decode(key, item.value());
    if (!entry.kind().hasContent()) {
      throw notAFile(found, "it is a " + EntryText.kind(entry.kind()) + EntryText.suffix(entry));
    }
    OutputStream out = session.results();
    if (session.isJson()) {
      json(key, entry, repository, session);
    } else {
      ContentBytes.read(
          repository.blobs(),
          entry,
          (bytes, length) -> {
            session.checkCancelled();
            out.write(bytes, 0, length);
            return true;
          });
      out.flush();
    }
    return Exit.DONE;
  }

  /** Base64 goes out in pieces of whole triples, so that it is one text however long it is. */
  private static void json(Key key, Entry entry, Repository repository, Session session)
      throws IOException {
    var json = session.json();
    EntryText.write(key, entry, json);
    json.array(
        "content",
        () -> {
          try {
            ContentBytes.read(
                repository.blobs(),
                entry,
                (bytes, length) -> {
                  session.checkCancelled();
                  byte[] piece = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
                  json.item(Base64.getEncoder().encodeToString(piece));
                  return true;
                });
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private SalvorException notAFile(Backup found, String why) {
    return EntryChoice.unknown(
        found, "a file \"" + path + "\"", why, "name a file; see `salvor ls " + found.id() + "`");
  }
}
