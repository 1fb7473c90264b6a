package io.salvor.provider.mysql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a server holds at one moment, under the keys of the backup: what has another name in the
 * target stands under its old one, and what has that name here is not shown.
 */
final class LiveDatabases implements AutoCloseable {
  private static final PosixTime NO_TIME = new PosixTime(0, 0);

  private final Session session;
  private final Names names;
  private final TreeMap<Key, Definition> definitions = new TreeMap<>();
  private final TreeMap<Key, Table> tables = new TreeMap<>();

  private LiveDatabases(Session session, Names names) {
    this.session = session;
    this.names = names;
  }

  /** Looks at a server, which need not have the databases. */
  static LiveDatabases open(Endpoint endpoint, Passwords passwords, Names names)
      throws IOException {
    LiveDatabases live = new LiveDatabases(Session.open(endpoint, passwords), names);
    try {
      live.session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT");
      for (String database : live.databases(endpoint)) {
        live.look(database);
      }
      if (endpoint.wantsUsers() && !names.namesDatabases()) {
        for (Definition account : Accounts.of(live.session, (key, why) -> {})) {
          live.definitions.put(account.key(), account);
        }
      }
      return live;
    } catch (IOException | RuntimeException e) {
      live.close();
      throw e;
    }
  }

  private List<String> databases(Endpoint endpoint) throws IOException {
    List<String> all = new ArrayList<>(Databases.all(session));
    if (names.namesDatabases()) {
      all.retainAll(names.targets());
    } else if (!endpoint.database().isEmpty()) {
      all.removeIf(name -> !name.equals(endpoint.database()));
    }
    return all;
  }

  private void look(String database) throws IOException {
    for (Definition definition : Definitions.of(session, database, (key, why) -> {})) {
      Key key = shown(database, definition);
      if (key != null) {
        definitions.put(key, definition);
      }
    }
    for (Table table : Tables.list(session, database)) {
      Key key = names.original(database, table.name());
      if (key != null) {
        tables.put(key, table);
      }
    }
  }

  /** Under which key a definition is shown; null if it is not. */
  private @Nullable Key shown(String database, Definition definition) {
    Key rows = Keys.rows(definition.key());
    if (rows == null) {
      String old = names.originalDatabase(database);
      return old == null
          ? null
          : Keys.definition(
              old, definition.type(), definition.type() == Type.DATABASE ? old : definition.name());
    }
    Key original = names.original(database, Keys.part(rows, 2));
    if (original == null) {
      return null;
    }
    String old = Keys.part(original, 1);
    String table = Keys.part(original, 2);
    if (definition.type() == Type.TABLE) {
      return Keys.definition(old, Type.TABLE, table);
    }
    return names.isMapped(original) ? null : Keys.trigger(old, table, definition.name());
  }

  /** All keys, ascending. */
  NavigableSet<Key> keys() {
    TreeSet<Key> keys = new TreeSet<>(definitions.keySet());
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

  /** Keys of the triggers of a table whose rows have this key; none of anything else. */
  List<Key> triggers(Key rows) {
    return Keys.isRows(rows)
        ? definitions.keySet().stream()
            .filter(key -> Keys.type(key) == Type.TRIGGER && Objects.equals(Keys.rows(key), rows))
            .toList()
        : List.of();
  }

  /** The session that sees this. */
  Session session() {
    return session;
  }

  /** What a key holds; all rows are read for it. Null if there is nothing. */
  @Nullable LiveItem item(Key key, Progress progress) throws IOException {
    Definition definition = definitions.get(key);
    if (definition != null) {
      return new LiveItem(
          key,
          definition.entry(NO_TIME, hole(definition.bytes().length)),
          fingerprint(definition.sql(), definition.attributes()));
    }
    Table table = tables.get(key);
    if (table == null) {
      return null;
    }
    RowDigest digest = Tables.read(session, table, (bytes, length) -> progress.checkCancelled());
    Entry entry =
        Entry.builder(EntryKind.TABLE)
            .mtime(NO_TIME)
            .content(digest.bytes(), hole(digest.bytes()))
            .attributes(TableCapture.attributes(table, digest))
            .build();
    return new LiveItem(key, entry, fingerprint(digest));
  }

  private static ContentRef hole(long size) {
    return size == 0 ? ContentRef.EMPTY : new ContentRef.Inline(List.of(new Extent.Hole(size)));
  }

  /** Of a statement as it is in the target. */
  static Fingerprint fingerprint(String sql, Attributes attributes) {
    String all = sql + "\0" + attributes.text("sql-mode") + "\0" + attributes.text("collation");
    String zone = attributes.text("time-zone");
    if (!zone.isEmpty()) {
      all += "\0" + zone;
    }
    return new Fingerprint(all.getBytes(StandardCharsets.UTF_8));
  }

  /** Of rows. */
  static Fingerprint fingerprint(RowDigest digest) {
    return new Fingerprint(
        (digest.sum() + " " + digest.bytes()).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    session.close();
  }
}
