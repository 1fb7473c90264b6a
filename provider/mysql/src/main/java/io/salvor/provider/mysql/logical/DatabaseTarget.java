package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentBytes;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Target;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Troubles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A server that a restore is made to, or one database of it. */
final class DatabaseTarget implements Target {
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Mapping mapping;
  private final Names names;
  private final BlobSource blobs;
  private final Troubles troubles;
  private @Nullable LiveDatabases live;

  DatabaseTarget(Endpoint endpoint, Passwords passwords, Mapping mapping, BlobSource blobs) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.mapping = mapping;
    this.names = new Names(mapping);
    this.blobs = blobs;
    this.troubles = Troubles.ofTarget(endpoint);
  }

  @Override
  public String provider() {
    return DatabaseProvider.NAME;
  }

  @Override
  public String address() {
    return endpoint.whole(mapping);
  }

  @Override
  public Set<RestoreMode> modes() {
    return Set.of(RestoreMode.INPLACE, RestoreMode.NEW);
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  /** Where tables have names of their own: whether none of those is taken. */
  @Override
  public boolean isEmpty() {
    try (LiveDatabases now = LiveDatabases.open(endpoint, passwords, names)) {
      return now.keys().stream()
          .filter(key -> Keys.type(key) != Type.DATABASE && Keys.type(key) != Type.USER)
          .allMatch(
              key -> {
                Key rows = Keys.isRows(key) ? key : Keys.rows(key);
                return names.mapsTables() && (rows == null || !names.isMapped(rows));
              });
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  @Override
  public LiveCursor live(Progress progress) {
    close();
    try {
      LiveDatabases now = LiveDatabases.open(endpoint, passwords, names);
      live = now;
      return new DatabaseCursor(now, progress);
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  @Override
  public List<Key> untouchable() {
    return List.of();
  }

  @Override
  public List<Key> leftovers() {
    return List.of();
  }

  @Override
  public Set<EntryField> compare(LiveItem item, Entry wanted) throws IOException {
    Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
    Entry found = item.entry();
    if (wanted.kind() != found.kind()) {
      fields.add(EntryField.KIND);
    } else if (wanted.kind() == EntryKind.TABLE) {
      if (!wanted.attributes().text("digest").equals(found.attributes().text("digest"))) {
        fields.add(EntryField.CONTENT);
      }
      if (!wanted.attributes().text("columns").equals(found.attributes().text("columns"))) {
        fields.add(EntryField.ATTRIBUTES);
      }
    } else if (Keys.type(item.key()) != Type.DATABASE) {
      String sql = names.renamed(item.key(), sql(blobs, wanted));
      Attributes attributes = wanted.attributes();
      String zone = found.attributes().text("time-zone");
      if (!zone.isEmpty() && attributes.text("time-zone").isEmpty()) {
        // Earlier backups do not tell that of an event: what is not known is not compared.
        attributes = attributes.with("time-zone", zone);
      }
      if (!LiveDatabases.fingerprint(sql, attributes).equals(item.fingerprint())) {
        fields.add(EntryField.CONTENT);
      }
    }
    return fields;
  }

  static String sql(BlobSource blobs, Entry entry) throws IOException {
    return new String(
        ContentBytes.all(blobs, entry.content(), entry.size()), StandardCharsets.UTF_8);
  }

  /** Whatever could be compared has been read. */
  @Override
  public void requireReadable(LiveItem item) {}

  @Override
  public Set<EntryField> verify(Key key, Entry wanted) throws IOException {
    try (LiveDatabases now = LiveDatabases.open(endpoint, passwords, names)) {
      LiveItem item = now.item(key, Progress.NONE);
      return item == null ? EnumSet.of(EntryField.KIND) : compare(item, wanted);
    }
  }

  @Override
  public Feasibility feasibility() {
    return new DatabaseFeasibility(endpoint, passwords, troubles);
  }

  @Override
  public Source undoSource(PlanFile plan, boolean known) {
    return new DatabaseUndo(plan, endpoint, passwords, names, address(), troubles);
  }

  @Override
  public Applier apply(
      PlanFile plan, BlobSource from, Check check, Progress progress, Outcomes outcomes) {
    close();
    return new DatabaseApplier(endpoint, passwords, names, from, progress, outcomes, troubles);
  }

  @Override
  public void close() {
    LiveDatabases open = live;
    live = null;
    if (open != null) {
      open.close();
    }
  }
}
