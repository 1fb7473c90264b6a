package io.salvor.provider.mongodb.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import io.salvor.provider.mongodb.Troubles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/** One database of a server, or all of them, opened for one backup. */
final class DatabaseSource implements Source {
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final InstantSource clock;
  private final CaptureOptions options;
  private final Scope scope;
  private final Sensitivity sensitivity;
  private final Troubles troubles;
  private final List<Warning> remarks = new ArrayList<>();
  private final Map<Key, Definition> definitions = new TreeMap<>();
  private final Map<Key, Collection> collections = new TreeMap<>();
  private final Map<Key, String> failures = new TreeMap<>();

  DatabaseSource(
      Endpoint endpoint, Passwords passwords, InstantSource clock, CaptureOptions options) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.clock = clock;
    this.options = options;
    this.scope =
        DatabaseScope.widened(Scope.of(Selection.of(options.include(), options.exclude())));
    this.sensitivity = new Sensitivity(options.sensitive());
    this.troubles = Troubles.ofSource(endpoint);
  }

  @Override
  public String provider() {
    return DatabaseProvider.NAME;
  }

  @Override
  public String address() {
    return endpoint.normal();
  }

  @Override
  public Patterns patterns() {
    return new Patterns(options.include(), options.exclude(), options.sensitive());
  }

  @Override
  public List<Warning> remarks() {
    return List.copyOf(remarks);
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void capture(Capture given) throws IOException, InterruptedException {
    Capture capture = sensitivity.over(given);
    PosixTime time = PosixTime.of(clock.instant());
    remarks.clear();
    definitions.clear();
    collections.clear();
    failures.clear();
    try (Server server = Server.open(endpoint, passwords)) {
      capture.progress().phase("scan");
      look(server);
      Snapshot snapshot =
          Snapshot.take(server, collections.values().stream().findFirst().orElse(null));
      told(snapshot, server);
      capture.progress().phase("capture");
      capture
          .progress()
          .expect(
              definitions.size() + collections.size(),
              collections.values().stream().mapToLong(Collection::size).sum());
      try (CollectionReaders readers =
          new CollectionReaders(snapshot, one -> sensitivity.content(capture, one.key()), time)) {
        readers.begin(List.copyOf(collections.values()), endpoint.connections());
        entries(capture, readers, time);
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  private boolean takes(Key key) {
    return scope.of(key, false) == Verdict.TAKEN;
  }

  private void look(Server server) throws IOException {
    if (endpoint.database().isEmpty()) {
      for (String database : Definitions.databases(server)) {
        try {
          look(server, database);
        } catch (ServerError e) {
          if (e.fatal()) {
            throw e;
          }
          failed(Key.of(database), e, "read", database);
        }
      }
    } else {
      look(server, endpoint.database());
    }
    if (endpoint.wantsUsers()) {
      String of = endpoint.database().isEmpty() ? "admin" : endpoint.database();
      for (Definition one :
          Definitions.accounts(
              server, endpoint.database(), (key, why) -> failed(key, why, "userAdmin", of))) {
        if (takes(one.key())) {
          definitions.put(one.key(), one);
        }
      }
    }
  }

  private void look(Server server, String database) throws IOException {
    Definitions.Contents found =
        Definitions.of(server, database, (key, why) -> failed(key, why, "read", database));
    for (Definition one : found.definitions()) {
      if (takes(one.key())) {
        definitions.put(one.key(), one);
      }
    }
    for (Collection one : found.collections()) {
      if (takes(one.key())) {
        collections.put(one.key(), one);
      }
    }
    for (String name : found.left()) {
      remarks.add(
          new Warning(
              "collection-left-out",
              Key.of(database, name).toString(),
              "functions that the server keeps are not captured"));
    }
  }

  private void failed(Key key, ServerError why, String role, String database) {
    if (scope.of(key, true) != Verdict.LEFT_OUT) {
      failures.put(
          key,
          why.number() == ServerError.UNAUTHORIZED
              ? why.said() + "; an administrator can run: " + troubles.grant(role, database)
              : why.said());
    }
  }

  /** Says of which moment the backup is. */
  private void told(Snapshot snapshot, Server server) throws IOException {
    if (!snapshot.reason().isEmpty() && collections.size() > 0) {
      remarks.add(
          new Warning(
              "not-one-moment",
              address(),
              "each collection is as it was while it was read, and what was written meanwhile may"
                  + " be in one and not in another: "
                  + snapshot.reason()));
    }
    BsonTimestamp moment = snapshot.moment();
    if (moment == null || !takes(Keys.SNAPSHOT)) {
      return;
    }
    for (Collection one : collections.values()) {
      if (!snapshot.holds(one)) {
        late(one, "capped collections cannot be read of a moment");
      }
    }
    Attributes attributes =
        Attributes.NONE
            .with("seconds", moment.getTime())
            .with("increment", moment.getInc())
            .with("server", server.version());
    String set = server.hello().getString("setName", new BsonString("")).getValue();
    if (!set.isEmpty()) {
      attributes = attributes.with("replica-set", set);
    }
    definitions.put(
        Keys.SNAPSHOT,
        new Definition(
            Keys.SNAPSHOT,
            Type.SNAPSHOT,
            "snapshot",
            Json.of(new BsonDocument("atClusterTime", moment)),
            attributes));
  }

  private void late(Collection one, String why) {
    remarks.add(
        new Warning(
            "not-of-the-moment",
            one.key().toString(),
            "it is as it was while it was read, not as of the moment of the others: " + why));
  }

  private void entries(Capture capture, CollectionReaders readers, PosixTime time)
      throws IOException, InterruptedException {
    TreeMap<Key, Object> all = new TreeMap<>(failures);
    all.putAll(collections);
    all.putAll(definitions);
    for (Map.Entry<Key, Object> one : all.entrySet()) {
      Key key = one.getKey();
      capture.progress().current(key.toString());
      switch (one.getValue()) {
        case Definition definition -> put(capture, definition, time);
        case Collection collection -> documents(capture, readers, collection);
        default -> capture.fail(key, ErrorCode.ENTRY_UNREADABLE, String.valueOf(failures.get(key)));
      }
    }
  }

  private void put(Capture capture, Definition definition, PosixTime time) throws IOException {
    byte[] text = definition.text().getBytes(StandardCharsets.UTF_8);
    ContentSink sink = sensitivity.content(capture, definition.key());
    sink.write(text, 0, text.length);
    ContentRef content = sink.finish();
    Entry entry = definition.entry(time, content);
    capture.put(definition.key(), Documents.unchanged(entry, capture.previous(definition.key())));
  }

  private void documents(Capture capture, CollectionReaders readers, Collection collection)
      throws IOException, InterruptedException {
    try {
      CollectionReaders.Result result = readers.result(collection);
      if (!result.late().isEmpty()) {
        late(
            collection,
            result.late()
                + "; the server keeps the past for minSnapshotHistoryWindowInSeconds, which can be"
                + " set to more");
      }
      capture.put(
          collection.key(),
          Documents.unchanged(result.entry(), capture.previous(collection.key())));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      capture.fail(
          collection.key(),
          ErrorCode.ENTRY_UNREADABLE,
          e.number() == ServerError.UNAUTHORIZED
              ? e.said()
                  + "; an administrator can run: "
                  + troubles.grant("read", collection.database())
              : e.said());
    }
  }

  @Override
  public void close() {}
}
