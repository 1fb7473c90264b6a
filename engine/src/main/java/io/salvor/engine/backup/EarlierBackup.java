package io.salvor.engine.backup;

import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A sealed backup that another is composed against. */
final class EarlierBackup implements Earlier {
  private final Repository repository;
  private final Tree tree;
  private final StoredContent stored;

  EarlierBackup(Repository repository, Backup backup, StoredContent stored) {
    this.repository = repository;
    this.tree = repository.tree(backup.manifest().root());
    this.stored = stored;
  }

  @Override
  public @Nullable Entry find(Key key) throws IOException {
    try {
      TreeItem item = tree.find(key);
      if (item == null) {
        return null;
      }
      Entry entry = EntryCodec.decode(key, item.value());
      return stored.has(entry) ? entry : null;
    } catch (SalvorException e) {
      if (e.code().isDamage()) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public SeekableContent content(Entry entry) {
    return new SeekableContent(repository.blobs(), entry.content(), entry.size());
  }
}
