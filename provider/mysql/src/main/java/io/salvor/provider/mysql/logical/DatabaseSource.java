package io.salvor.provider.mysql.logical;

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
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Rights;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Troubles;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
  private final Map<Key, Table> tables = new TreeMap<>();
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
    tables.clear();
    failures.clear();
    try (Snapshot snapshot = Snapshot.take(endpoint, passwords, endpoint.connections())) {
      if (snapshot.reason() != null) {
        remarks.add(
            new Warning(
                "one-session",
                address(),
                "tables are read one after the other, for writing could not be held up while more"
                    + " sessions begin: "
                    + snapshot.reason()
                    + "; with "
                    + Rights.of(snapshot.main()).grant("RELOAD", "*.*")
                    + " it can"));
      }
      capture.progress().phase("scan");
      look(snapshot.main());
      position(snapshot);
      capture.progress().phase("capture");
      capture
          .progress()
          .expect(
              definitions.size() + tables.size(),
              tables.values().stream().mapToLong(Table::size).sum());
      try (TableReaders readers =
          new TableReaders(snapshot, table -> sensitivity.content(capture, table.key()), time)) {
        readers.begin(List.copyOf(tables.values()));
        entries(capture, readers, time);
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  private boolean takes(Key key) {
    return scope.of(key, false) == Verdict.TAKEN;
  }

  /** What there is, and what may not be seen. */
  private void look(Session session) throws IOException {
    Rights rights = Rights.of(session);
    for (String database : Databases.of(session, endpoint)) {
      List<Definition> found =
          Definitions.of(session, database, (key, why) -> failed(key, why, rights));
      for (Definition definition : found) {
        if (takes(definition.key())) {
          definitions.put(definition.key(), definition);
        }
      }
      for (Table table : Tables.list(session, database)) {
        if (takes(table.key())) {
          tables.put(table.key(), table);
          remark(table);
        }
      }
      unseen(rights, database);
    }
    if (endpoint.wantsUsers()) {
      for (Definition account : Accounts.of(session, (key, why) -> failed(key, why, rights))) {
        if (takes(account.key())) {
          definitions.put(account.key(), account);
        }
      }
    }
  }

  private void remark(Table table) {
    if (!table.isTransactional()) {
      remarks.add(
          new Warning(
              "not-transactional",
              table.key().toString(),
              "its storage engine has no transactions: it is as it was when it was read, not as of"
                  + " the moment of the other tables"));
    }
    if (table.isVersioned()) {
      remarks.add(
          new Warning(
              "history-left-out",
              table.key().toString(),
              "it is system-versioned; its rows as of now are captured, those of the past are"
                  + " not"));
    }
  }

  private void failed(Key key, String why, Rights rights) {
    if (takes(key)) {
      failures.put(key, why + hint(key, rights));
    }
  }

  private static String hint(Key key, Rights rights) {
    String on = Session.quoted(Keys.database(key)) + ".*";
    Type type = Keys.type(key);
    String grant =
        switch (type) {
          case VIEW -> rights.grant("SELECT, SHOW VIEW", on);
          case FUNCTION, PROCEDURE, PACKAGE, PACKAGE_BODY -> rights.grant("SELECT", "mysql.proc");
          case USER -> rights.grant("SELECT", "mysql.*");
          case EVENT -> rights.grant("EVENT", on);
          case null, default -> rights.grant("SELECT", on);
        };
    return "; an administrator can run: " + grant;
  }

  /** Without these rights the server lists nothing and says nothing. */
  private void unseen(Rights rights, String database) {
    String on = Session.quoted(database) + ".*";
    if (!rights.has("SELECT", database)) {
      unseen(Key.of(Keys.TABLES, database), "tables", rights.grant("SELECT, SHOW VIEW", on));
    }
    Map.of("TRIGGER", Type.TRIGGER, "EVENT", Type.EVENT)
        .forEach(
            (right, type) -> {
              if (!rights.has(right, database)) {
                unseen(
                    Key.of(Keys.DEFINITIONS, database, type.word()),
                    type.word() + "s",
                    rights.grant(right, on));
              }
            });
    if (!rights.seesRoutines(database)) {
      unseen(
          Key.of(Keys.DEFINITIONS, database, Type.PROCEDURE.word()),
          "routines",
          rights.grant("SELECT", "mysql.proc"));
    }
  }

  private void unseen(Key key, String what, String grant) {
    if (scope.of(key, true) == Verdict.TAKEN) {
      failures.put(
          key,
          "it may have "
              + what
              + " that this account is not shown; an administrator can run: "
              + grant
              + "; or leave them out with --exclude '/"
              + key
              + "/'");
    }
  }

  private void position(Snapshot snapshot) throws IOException {
    Snapshot.Position position = snapshot.position();
    String sql =
        position.file().isEmpty()
            ? "-- the binary log is off, or may not be seen\n"
            : "CHANGE MASTER TO MASTER_LOG_FILE="
                + Session.text(position.file())
                + ", MASTER_LOG_POS="
                + position.offset()
                + ";\n";
    Attributes attributes =
        Attributes.NONE.with("snapshot", snapshot.reason() == null ? "lock" : "transaction");
    if (!position.file().isEmpty()) {
      attributes =
          attributes
              .with("file", position.file())
              .with("offset", Long.parseLong(position.offset()))
              .with("gtid", position.gtid());
    }
    attributes = attributes.with("server", snapshot.main().version());
    if (takes(Keys.POSITION)) {
      definitions.put(
          Keys.POSITION, new Definition(Keys.POSITION, Type.POSITION, "position", sql, attributes));
    }
  }

  private void entries(Capture capture, TableReaders readers, PosixTime time)
      throws IOException, InterruptedException {
    TreeMap<Key, Object> all = new TreeMap<>(failures);
    all.putAll(tables);
    all.putAll(definitions);
    for (Map.Entry<Key, Object> one : all.entrySet()) {
      Key key = one.getKey();
      capture.progress().current(key.toString());
      switch (one.getValue()) {
        case Definition definition -> put(capture, definition, time);
        case Table table -> rows(capture, readers, table);
        default -> capture.fail(key, ErrorCode.ENTRY_UNREADABLE, String.valueOf(failures.get(key)));
      }
    }
  }

  private void put(Capture capture, Definition definition, PosixTime time) throws IOException {
    byte[] sql = definition.sql().getBytes(StandardCharsets.UTF_8);
    ContentSink sink = sensitivity.content(capture, definition.key());
    sink.write(sql, 0, sql.length);
    ContentRef content = sink.finish();
    Entry entry = definition.entry(time, content);
    capture.put(
        definition.key(), TableCapture.unchanged(entry, capture.previous(definition.key())));
  }

  private void rows(Capture capture, TableReaders readers, Table table)
      throws IOException, InterruptedException {
    try {
      Entry entry = readers.result(table);
      capture.put(table.key(), TableCapture.unchanged(entry, capture.previous(table.key())));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      boolean denied = e.number() == 1142 || e.number() == 1143;
      capture.fail(
          table.key(),
          ErrorCode.ENTRY_UNREADABLE,
          denied
              ? e.said()
                  + "; an administrator can run: "
                  + troubles.grant("SELECT", table.database())
              : e.said());
    }
  }

  @Override
  public void close() {}
}
