package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Troubles;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Applies steps in the order in which databases can be made: they come by their keys, and are
 * collected until the last has come. There are as many as objects, never as rows.
 */
final class DatabaseApplier implements Applier {
  private static final Comparator<Numbered> ORDER =
      Comparator.comparingInt(Numbered::rank)
          .thenComparingLong(Numbered::place)
          .thenComparing(one -> one.step().key());

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Names names;
  private final BlobSource blobs;
  private final Outcomes outcomes;
  private final Progress progress;
  private final Troubles troubles;
  private final TableWriter tables;
  private final List<Numbered> steps = new ArrayList<>();

  /** A step and its number. */
  record Numbered(long number, Step step) {
    /** What it makes; null for rows. */
    @Nullable Type type() {
      return isRows() ? null : Keys.type(step.key());
    }

    /** Rows first. */
    int rank() {
      Type type = type();
      return type == null ? -1 : List.of(Type.values()).indexOf(type);
    }

    boolean isRows() {
      return step.entry().kind() == EntryKind.TABLE;
    }

    boolean deletes() {
      return step.change() instanceof Change.Delete;
    }

    /** Among triggers of one table. */
    long place() {
      Long order = step.entry().attributes().number("order");
      return order == null ? 0 : order;
    }
  }

  DatabaseApplier(
      Endpoint endpoint,
      Passwords passwords,
      Names names,
      BlobSource blobs,
      Progress progress,
      Outcomes outcomes,
      Troubles troubles) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.names = names;
    this.blobs = blobs;
    this.outcomes = outcomes;
    this.progress = progress;
    this.troubles = troubles;
    this.tables = new TableWriter(endpoint, passwords, names, blobs, progress, outcomes);
  }

  @Override
  public void apply(long number, Step step) {
    steps.add(new Numbered(number, step));
  }

  @Override
  public void finish() throws IOException, InterruptedException {
    try (Session main = Statements.session(endpoint, passwords)) {
      DefinitionWriter definitions = new DefinitionWriter(main, names, blobs, outcomes, now());
      delete(main, definitions);
      databases(main);
      AccountWriter accounts = new AccountWriter(main, blobs, outcomes);
      accounts.make(of(one -> !one.deletes() && one.type() == Type.USER));
      make(definitions, type -> type != Type.USER && type.compareTo(Type.TABLE) <= 0);
      rows();
      make(definitions, type -> type.compareTo(Type.TABLE) > 0 && type != Type.EVENT);
      accounts.grant();
      make(definitions, type -> type == Type.EVENT);
    } catch (ServerError e) {
      throw troubles.told(e);
    }
  }

  private List<Numbered> of(Predicate<Numbered> which) {
    return steps.stream().filter(which).sorted(ORDER).toList();
  }

  private void make(DefinitionWriter definitions, Predicate<Type> which) throws IOException {
    progress.checkCancelled();
    definitions.make(
        of(
            one -> {
              Type type = one.type();
              return type != null && type != Type.DATABASE && !one.deletes() && which.test(type);
            }));
  }

  /** What is there now of the definitions that are changed or deleted. */
  private Map<Key, Definition> now() throws IOException {
    Map<Key, Definition> now = new TreeMap<>();
    List<Numbered> changed = of(one -> !one.isRows() && one.step().live() != null);
    if (changed.isEmpty()) {
      return now;
    }
    try (LiveDatabases live = LiveDatabases.open(endpoint, passwords, names)) {
      for (Numbered one : changed) {
        Definition definition = live.definition(one.step().key());
        if (definition != null) {
          now.put(one.step().key(), definition);
        }
      }
    }
    return now;
  }

  /** Databases that what is made lies in. */
  private void databases(Session main) throws IOException {
    Set<String> there = new HashSet<>(Databases.all(main));
    for (Numbered one : of(one -> !one.deletes() && one.type() == Type.DATABASE)) {
      Entry wanted = one.step().wanted();
      String name = names.database(Keys.database(one.step().key()));
      if (wanted != null && there.add(name)) {
        String sql = DatabaseTarget.sql(blobs, wanted);
        main.run(
            "CREATE DATABASE " + Session.quoted(name) + sql.substring(sql.lastIndexOf('`') + 1));
      }
      if (wanted != null) {
        outcomes.done(
            one.number(),
            one.step(),
            LiveDatabases.fingerprint(DatabaseTarget.sql(blobs, wanted), wanted.attributes()));
      }
    }
    for (Numbered one : of(one -> !one.deletes() && one.type() != Type.DATABASE)) {
      Key key = one.step().key();
      Key rows = one.isRows() ? key : Keys.rows(key);
      String name =
          rows == null ? names.database(Keys.database(key)) : names.table(rows).database();
      if (!name.isEmpty() && there.add(name)) {
        main.run("CREATE DATABASE " + Session.quoted(name));
        outcomes.note(new Notice("database-made", name, "this database was missing, and was made"));
      }
    }
  }

  /** A table whose rows have changed does not go; what needs others goes before them. */
  private void delete(Session main, DefinitionWriter definitions) throws IOException {
    List<Numbered> drops = of(one -> !one.isRows() && one.deletes()).reversed();
    Set<Key> dropped = new HashSet<>();
    for (Numbered one : drops) {
      Key rows = Keys.rows(one.step().key());
      if (one.type() == Type.TABLE && rows != null) {
        dropped.add(rows);
      }
    }
    Map<Key, Numbered> doomed = new TreeMap<>();
    for (Numbered one : of(one -> one.isRows() && one.deletes())) {
      Key key = one.step().key();
      if (dropped.contains(key)) {
        doomed.put(key, one);
      } else {
        tables.write(main, one.number(), one.step());
      }
    }
    Set<Key> kept = new HashSet<>();
    List<Numbered> triggers = new ArrayList<>();
    for (Numbered one : drops) {
      Key key = Keys.rows(one.step().key());
      Numbered rows = key == null ? null : doomed.get(key);
      if (key == null || rows == null) {
        boolean _ = definitions.drop(one, Set.of());
      } else if (one.type() == Type.TRIGGER) {
        // They go with their table, or stay with it.
        triggers.add(one);
      } else if (!drop(main, definitions, one, rows)) {
        kept.add(key);
      }
    }
    definitions.drop(triggers, kept);
  }

  /** Drops a table if it still has its rows, which nobody can change between look and drop. */
  private boolean drop(Session main, DefinitionWriter definitions, Numbered one, Numbered rows)
      throws IOException {
    Key key = rows.step().key();
    Table table = TableWriter.find(main, names.table(key));
    if (table == null) {
      outcomes.removed(rows.number(), rows.step());
      return definitions.drop(one, Set.of());
    }
    try {
      TableWriter.lock(main, table);
      if (!tables.isAsPlanned(main, rows.step(), table)) {
        outcomes.moved(
            rows.number(), rows.step(), "its rows have been changed since the plan was made");
        return definitions.drop(one, Set.of(key));
      }
      boolean gone = definitions.drop(one, Set.of());
      if (gone) {
        outcomes.removed(rows.number(), rows.step());
      } else {
        outcomes.moved(rows.number(), rows.step(), "its table stays");
      }
      return gone;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      for (Numbered both : List.of(one, rows)) {
        outcomes.failed(
            both.number(), both.step(), ErrorCode.ENTRY_NOT_RESTORED, "it stays: " + e.said());
      }
      return false;
    } finally {
      main.run("UNLOCK TABLES");
    }
  }

  private void rows() throws IOException, InterruptedException {
    List<Numbered> rows = new ArrayList<>(of(one -> one.isRows() && !one.deletes()));
    rows.sort(Comparator.comparingLong((Numbered one) -> one.step().entry().size()).reversed());
    List<Pool.Work> work = new ArrayList<>();
    for (Numbered one : rows) {
      work.add(session -> tables.write(session, one.number(), one.step()));
    }
    if (!work.isEmpty()) {
      new Pool(endpoint, passwords).run(work);
    }
  }

  @Override
  public void close() {
    steps.clear();
  }
}
