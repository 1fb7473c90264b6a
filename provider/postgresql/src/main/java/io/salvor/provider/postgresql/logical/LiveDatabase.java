package io.salvor.provider.postgresql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.LargeObjects.LargeObject;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a database holds at one moment, under the keys of the backup: a table with another name in
 * the target stands under its old one, and the one that has that name here is not shown.
 */
final class LiveDatabase implements AutoCloseable {
  private static final PosixTime NO_TIME = new PosixTime(0, 0);

  private final Snapshot snapshot;
  private final Names names;
  private final TreeMap<Key, Definition> definitions = new TreeMap<>();
  private final TreeMap<Key, Table> tables = new TreeMap<>();
  private final TreeMap<Key, LargeObject> objects = new TreeMap<>();
  private final TreeMap<Key, Long> positions = new TreeMap<>();

  private LiveDatabase(Snapshot snapshot, Names names) {
    this.snapshot = snapshot;
    this.names = names;
  }

  /** Looks at a database; null if there is none. */
  static @Nullable LiveDatabase open(Sessions sessions, DumpTool.Finder finder, Names names)
      throws IOException {
    Snapshot snapshot;
    try {
      snapshot = Snapshot.take(sessions);
    } catch (ServerError e) {
      if (e.state().equals(Troubles.NO_DATABASE)) {
        return null;
      }
      throw e;
    }
    LiveDatabase live = new LiveDatabase(snapshot, names);
    try {
      live.look(sessions, finder);
      return live;
    } catch (IOException | RuntimeException e) {
      snapshot.close();
      throw e;
    }
  }

  private void look(Sessions sessions, DumpTool.Finder finder) throws IOException {
    ServerConnection main = snapshot.main();
    DumpTool tool =
        DumpTool.of(main.major(), "Cannot look at what " + sessions.endpoint() + " holds", finder);
    List<Archive.Item> items =
        tool.definitions(
            sessions.endpoint(),
            sessions.passwords(),
            snapshot.name(),
            DatabaseSource.recodes(main),
            List.of(),
            line -> {});
    long position = 0;
    for (Definition definition : Definitions.of(items, main, (key, why) -> {})) {
      position++;
      Key key = shown(definition);
      if (key != null) {
        definitions.put(key, definition);
        positions.put(key, position);
      }
    }
    for (Table table : Tables.list(main)) {
      Key original = names.original(table.schema(), table.name());
      if (original != null) {
        tables.put(original, table);
      } else if (!names.isMapped(table.key())) {
        tables.put(table.key(), table);
      }
    }
    for (List<LargeObject> page = LargeObjects.after(main, 0);
        !page.isEmpty();
        page = LargeObjects.after(main, page.getLast().oid())) {
      page.forEach(object -> objects.put(Keys.largeObject(object.oid()), object));
    }
  }

  /** Under which key a definition is shown; null if it is not. */
  private @Nullable Key shown(Definition definition) {
    Key key = definition.key();
    Key rows = Keys.rows(key);
    if (rows == null || names.isEmpty()) {
      return key;
    }
    List<byte[]> parts = rows.parts();
    Key original = names.original(text(parts.get(1)), text(parts.get(2)));
    if (original == null) {
      return names.isMapped(rows) ? null : key;
    }
    if (!Names.isTableItself(key)) {
      return null;
    }
    List<byte[]> old = original.parts();
    return Keys.definition("TABLE", text(old.get(1)), null, text(old.get(2)));
  }

  private static String text(byte[] part) {
    return new String(part, StandardCharsets.UTF_8);
  }

  /** All keys, ascending. */
  NavigableSet<Key> keys() {
    TreeSet<Key> keys = new TreeSet<>(definitions.keySet());
    keys.addAll(objects.keySet());
    keys.addAll(tables.keySet());
    return keys;
  }

  /** A definition; null if there is none under this key. */
  @Nullable Definition definition(Key key) {
    return definitions.get(key);
  }

  /** A table; null if there is none under this key. */
  @Nullable Table table(Key key) {
    return tables.get(key);
  }

  /** A large object; null if there is none under this key. */
  @Nullable LargeObject object(Key key) {
    return objects.get(key);
  }

  /** In which of the objects' order it is made. */
  long position(Key key) {
    return positions.getOrDefault(key, 0L);
  }

  /** A connection that sees this. */
  ServerConnection connection() {
    return snapshot.main();
  }

  /** One more connection that sees this. */
  ServerConnection share() throws IOException {
    return snapshot.share();
  }

  /** What a key holds; all rows are read for it. Null if there is nothing. */
  @Nullable LiveItem item(Key key, Progress progress) throws IOException {
    Definition definition = definitions.get(key);
    if (definition != null) {
      Entry entry =
          definition
              .entry(NO_TIME, position(key))
              .content(definition.sql().length, hole(definition.sql().length))
              .build();
      return new LiveItem(key, entry, fingerprint(key, definition.item().make(), names));
    }
    Table table = tables.get(key);
    if (table != null) {
      RowDigest digest =
          Tables.read(
              connection(),
              table,
              Tables.encoding(connection()),
              (bytes, length) -> progress.checkCancelled());
      Attributes attributes = TableCapture.attributes(table, Tables.encoding(connection()), digest);
      return new LiveItem(key, entry(digest.bytes(), attributes), fingerprint(digest));
    }
    LargeObject object = objects.get(key);
    if (object == null) {
      return null;
    }
    MessageDigest digest = LargeObjects.sha256();
    long size = LargeObjects.read(connection(), object.oid(), digest, null);
    Attributes attributes = LargeObjects.attributes(object, digest);
    return new LiveItem(key, entry(size, attributes), fingerprint(attributes.text("digest"), size));
  }

  private static Entry entry(long size, Attributes attributes) {
    return Entry.builder(EntryKind.TABLE)
        .mtime(NO_TIME)
        .content(size, hole(size))
        .attributes(attributes)
        .build();
  }

  private static ContentRef hole(long size) {
    return size == 0 ? ContentRef.EMPTY : new ContentRef.Inline(List.of(new Extent.Hole(size)));
  }

  /** Of statements, as they are with the names of the target. */
  static Fingerprint fingerprint(Key key, String sql, Names names) {
    return new Fingerprint(
        LargeObjects.sha256().digest(renamed(key, sql, names).getBytes(StandardCharsets.UTF_8)));
  }

  /** Statements with the names of the target. */
  static String renamed(Key key, String sql, Names names) {
    Key rows = Keys.rows(key);
    Names.Name name = rows == null ? null : names.of(rows);
    return name == null ? sql : Names.renamed(sql, name.quoted());
  }

  /** Of rows. */
  static Fingerprint fingerprint(RowDigest digest) {
    return fingerprint(digest.sum(), digest.bytes());
  }

  static Fingerprint fingerprint(String digest, long bytes) {
    return new Fingerprint((digest + " " + bytes).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    snapshot.close();
  }
}
