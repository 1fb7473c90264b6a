package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.LargeObjects.LargeObject;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A database, opened for one backup. */
final class DatabaseSource implements Source {
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final DumpTool.Finder finder;
  private final InstantSource clock;
  private final CaptureOptions options;
  private final Scope scope;
  private final Sensitivity sensitivity;
  private final List<Warning> remarks = new ArrayList<>();

  DatabaseSource(
      Endpoint endpoint,
      Passwords passwords,
      DumpTool.Finder finder,
      InstantSource clock,
      CaptureOptions options) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.finder = finder;
    this.clock = clock;
    this.options = options;
    Selection selection = Selection.of(options.include(), options.exclude());
    this.scope = DatabaseScope.of(Scope.of(selection), Mapping.NONE);
    this.sensitivity = new Sensitivity(options.sensitive());
  }

  @Override
  public String provider() {
    return DatabaseProvider.NAME;
  }

  @Override
  public String address() {
    return DatabaseAddress.normal(endpoint);
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
    Troubles troubles = Troubles.ofSource(endpoint);
    Capture capture = sensitivity.over(given);
    PosixTime time = PosixTime.of(clock.instant());
    Sessions sessions =
        new Sessions(
            endpoint,
            passwords,
            notice -> remarks.add(new Warning("server-notice", address(), notice)));
    try (Snapshot snapshot = Snapshot.take(sessions)) {
      ServerConnection main = snapshot.main();
      DumpTool tool = DumpTool.of(main.major(), troubles.what(), finder);
      capture.progress().phase("scan");
      List<Table> tables = new ArrayList<>();
      List<String> without = new ArrayList<>();
      for (Table table : Tables.list(main)) {
        if (!table.readable()) {
          without.add(Sessions.quoted(table.schema()) + "." + Sessions.quoted(table.name()));
        }
        if (takes(table.key())) {
          tables.add(table);
        }
      }
      Map<Key, String> failures = new TreeMap<>();
      List<Definition> definitions =
          Definitions.of(
              tool.definitions(
                  endpoint,
                  passwords,
                  snapshot.name(),
                  recodes(main),
                  without,
                  line -> remarks.add(new Warning("dump-warning", address(), line))),
              main,
              (key, why) -> failures.put(key, troubles.entry(why)));
      failures.putAll(Definitions.missing(main, definitions));
      capture.progress().phase("capture");
      capture
          .progress()
          .expect(definitions.size() + tables.size(), tables.stream().mapToLong(Table::size).sum());
      try (TableReaders readers =
          new TableReaders(
              snapshot,
              DatabaseAddress.connections(endpoint),
              table -> sensitivity.content(capture, table.key()),
              time)) {
        readers.begin(tables);
        definitions(capture, definitions, failures, time);
        largeObjects(capture, main, time, troubles);
        for (Table table : tables) {
          capture.progress().current(table.key().toString());
          rows(capture, readers, table, troubles);
        }
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  /** A database does not tell when something was changed: since when it is known as it is. */
  private static Entry dated(Entry entry, @Nullable Entry before) {
    return before != null && entry.toBuilder().mtime(before.mtime()).build().equals(before)
        ? before
        : entry;
  }

  static boolean recodes(ServerConnection connection) {
    return !connection.parameters().getOrDefault("server_encoding", "").equals("SQL_ASCII");
  }

  private boolean takes(Key key) {
    return scope.of(key, false) == Verdict.TAKEN;
  }

  private void definitions(
      Capture capture, List<Definition> all, Map<Key, String> failures, PosixTime time)
      throws IOException {
    List<Definition> sorted = new ArrayList<>(all);
    sorted.removeIf(definition -> !takes(definition.key()));
    sorted.sort(Comparator.comparing(Definition::key));
    Map<Key, Long> before = new HashMap<>();
    Map<Key, Entry> entries = new HashMap<>();
    for (Definition definition : sorted) {
      Entry entry = capture.previous(definition.key());
      if (entry != null) {
        entries.put(definition.key(), entry);
      }
      Long position = entry == null ? null : entry.attributes().number("position");
      if (position != null) {
        before.put(definition.key(), position);
      }
    }
    Map<Key, Long> positions =
        Positions.assign(all.stream().map(Definition::key).filter(this::takes).toList(), before);
    TreeMap<Key, Definition> byKey = new TreeMap<>();
    sorted.forEach(definition -> byKey.put(definition.key(), definition));
    List<Key> keys = new ArrayList<>(byKey.keySet());
    failures.keySet().stream().filter(this::takes).forEach(keys::add);
    keys.sort(null);
    for (Key key : keys) {
      Definition definition = byKey.get(key);
      if (definition == null) {
        capture.fail(key, ErrorCode.ENTRY_UNREADABLE, String.valueOf(failures.get(key)));
        continue;
      }
      byte[] sql = definition.sql();
      ContentSink sink = sensitivity.content(capture, key);
      sink.write(sql, 0, sql.length);
      Entry entry = definition.entry(time, positions.getOrDefault(key, 0L), sink.finish());
      capture.put(key, dated(entry, entries.get(key)));
    }
  }

  private void largeObjects(
      Capture capture, ServerConnection main, PosixTime time, Troubles troubles)
      throws IOException {
    for (List<LargeObject> page = LargeObjects.after(main, 0);
        !page.isEmpty();
        page = LargeObjects.after(main, page.getLast().oid())) {
      for (LargeObject object : page) {
        Key key = Keys.largeObject(object.oid());
        if (!takes(key)) {
          continue;
        }
        Sessions.run(main, "SAVEPOINT object");
        try {
          ContentSink sink = sensitivity.content(capture, key);
          capture.put(
              key, dated(LargeObjects.read(main, object, sink, time), capture.previous(key)));
          Sessions.run(main, "RELEASE SAVEPOINT object");
        } catch (ServerError e) {
          Sessions.run(main, "ROLLBACK TO SAVEPOINT object; RELEASE SAVEPOINT object");
          capture.fail(key, ErrorCode.ENTRY_UNREADABLE, troubles.entry(e));
        }
      }
    }
  }

  private static void rows(Capture capture, TableReaders readers, Table table, Troubles troubles)
      throws IOException, InterruptedException {
    if (!table.readable()) {
      capture.fail(
          table.key(),
          ErrorCode.ENTRY_UNREADABLE,
          "permission denied, and its definition is missing too; a superuser can run: "
              + troubles.readAll());
      return;
    }
    try {
      capture.put(table.key(), dated(readers.result(table), capture.previous(table.key())));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      capture.fail(table.key(), ErrorCode.ENTRY_UNREADABLE, troubles.entry(e));
    }
  }

  @Override
  public void close() {}
}
