package io.salvor.provider.mongodb.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * What a server holds, under the keys and names of the backup: what has another name in the target
 * stands under its old one, and what has that name here is not shown.
 */
final class LiveDatabases implements AutoCloseable {
  private static final PosixTime NO_TIME = new PosixTime(0, 0);

  private final Server server;
  private final Names names;
  private final TreeMap<Key, Definition> definitions = new TreeMap<>();
  private final TreeMap<Key, Collection> collections = new TreeMap<>();

  private LiveDatabases(Server server, Names names) {
    this.server = server;
    this.names = names;
  }

  /** Looks at a server, which need not have the databases. */
  static LiveDatabases open(Endpoint endpoint, Passwords passwords, Names names)
      throws IOException {
    LiveDatabases live = new LiveDatabases(Server.openToWrite(endpoint, passwords), names);
    try {
      for (String database : live.databases(endpoint)) {
        live.look(database);
      }
      if (endpoint.wantsUsers()) {
        boolean all = endpoint.database().isEmpty() && !names.namesDatabases();
        for (String database : all ? List.of("") : live.databases(endpoint)) {
          Definitions.accounts(live.server, database, (key, why) -> {}).forEach(live::account);
        }
      }
      return live;
    } catch (IOException | RuntimeException e) {
      live.close();
      throw e;
    }
  }

  private List<String> databases(Endpoint endpoint) throws IOException {
    if (names.namesDatabases()) {
      return List.copyOf(names.targets());
    }
    if (endpoint.database().isEmpty()) {
      return Definitions.databases(server);
    }
    TreeSet<String> all = new TreeSet<>(names.targets());
    all.add(endpoint.database());
    return new ArrayList<>(all);
  }

  private void look(String database) throws IOException {
    Definitions.Contents found = Definitions.of(server, database, (key, why) -> {});
    for (Definition one : found.definitions()) {
      Names.Name old = names.original(database, Keys.part(one.key(), 1));
      if (old != null) {
        Definition shown = shown(one, old);
        definitions.put(shown.key(), shown);
      }
    }
    for (Collection one : found.collections()) {
      Names.Name old = names.original(database, one.name());
      if (old != null) {
        collections.put(Keys.documents(old.database(), old.collection()), one);
      }
    }
  }

  private void account(Definition one) {
    String old = names.originalDatabase(Keys.database(one.key()));
    if (old != null) {
      Key key = one.type() == Type.USER ? Keys.user(old, one.name()) : Keys.role(old, one.name());
      definitions.put(key, new Definition(key, one.type(), one.name(), one.text()));
    }
  }

  private static Definition shown(Definition one, Names.Name old) {
    BsonDocument command = Json.parse(one.text());
    command.put(command.getFirstKey(), new BsonString(old.collection()));
    String text = Json.of(command);
    return switch (one.type()) {
      case COLLECTION ->
          new Definition(
              Keys.collection(old.database(), old.collection()),
              one.type(),
              old.collection(),
              text);
      case VIEW ->
          new Definition(
              Keys.view(old.database(), old.collection()), one.type(), old.collection(), text);
      case INDEX ->
          new Definition(
              Keys.index(old.database(), old.collection(), one.name()),
              one.type(),
              one.name(),
              text);
      case ROLE, USER, SNAPSHOT -> one;
    };
  }

  /** All keys, ascending. */
  NavigableSet<Key> keys() {
    TreeSet<Key> keys = new TreeSet<>(definitions.keySet());
    keys.addAll(collections.keySet());
    return keys;
  }

  /** A definition; null if there is none under this key. */
  @Nullable Definition definition(Key key) {
    return definitions.get(key);
  }

  /** A collection, as it is called in the target; null if there is none under this key. */
  @Nullable Collection collection(Key key) {
    return collections.get(key);
  }

  Server server() {
    return server;
  }

  /** What a key holds; all documents are read for it. Null if there is nothing. */
  @Nullable LiveItem item(Key key, Progress progress) throws IOException {
    Definition definition = definitions.get(key);
    if (definition != null) {
      return new LiveItem(
          key,
          definition.entry(NO_TIME, hole(definition.bytes().length)),
          fingerprint(definition.text()));
    }
    Collection collection = collections.get(key);
    if (collection == null) {
      return null;
    }
    RowDigest digest =
        Documents.read(
            server, collection, null, (bytes, offset, length) -> progress.checkCancelled());
    Entry entry =
        Entry.builder(EntryKind.TABLE)
            .mtime(NO_TIME)
            .content(digest.bytes(), hole(digest.bytes()))
            .attributes(Documents.attributes(collection, digest))
            .build();
    return new LiveItem(key, entry, fingerprint(digest));
  }

  private static ContentRef hole(long size) {
    return size == 0 ? ContentRef.EMPTY : new ContentRef.Inline(List.of(new Extent.Hole(size)));
  }

  /** Of a command with the names of the backup. */
  static Fingerprint fingerprint(String text) {
    return new Fingerprint(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of documents. */
  static Fingerprint fingerprint(RowDigest digest) {
    return new Fingerprint(
        (digest.sum() + " " + digest.bytes()).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    server.close();
  }
}
