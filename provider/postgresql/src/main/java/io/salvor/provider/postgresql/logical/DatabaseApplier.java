package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.rows.Lines;
import io.salvor.provider.postgresql.rows.RowChanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies steps in the order in which a database can be made: they come by their keys, and are
 * collected until the last has come. There are as many as objects, never as rows.
 */
final class DatabaseApplier implements Applier {
  private static final String BEGIN =
      """
      SET lock_timeout = 0;
      """;
  private static final Set<String> INDEXES = Set.of("INDEX", "CONSTRAINT");
  private static final Set<String> LAST = Set.of("MATERIALIZED VIEW DATA", "EVENT TRIGGER");

  private final Sessions sessions;
  private final DumpTool.Finder finder;
  private final Names names;
  private final Supply supply;
  private final Outcomes outcomes;
  private final Progress progress;
  private final Troubles troubles;
  private final Differences differences;
  private final Map<Key, Swap> swaps;
  private final TableWriter tables;
  private final ObjectWriter objects;
  private final List<Numbered> steps = new ArrayList<>();

  // Partitions of tables that have indexes: they would be given the same ones twice.
  private final List<Numbered> late = new ArrayList<>();

  /** A step and its number. */
  record Numbered(long number, Step step) {
    String type() {
      return step.entry().attributes().text("type");
    }

    String section() {
      return step.entry().attributes().text("section");
    }

    long position() {
      Long position = step.entry().attributes().number("position");
      return position == null ? 0 : position;
    }

    boolean isDefinition() {
      return !section().isEmpty();
    }

    boolean isLargeObject() {
      return type().equals("LARGE OBJECT");
    }

    boolean deletes() {
      return step.change() instanceof Change.Delete;
    }
  }

  DatabaseApplier(
      Sessions sessions,
      DumpTool.Finder finder,
      Names names,
      Supply supply,
      Check check,
      Progress progress,
      Outcomes outcomes,
      Troubles troubles,
      Differences differences,
      Map<Key, Swap> swaps) {
    this.swaps = swaps;
    this.differences = differences;
    this.sessions = sessions;
    this.finder = finder;
    this.names = names;
    this.supply = supply;
    this.outcomes = outcomes;
    this.progress = progress;
    this.troubles = troubles;
    this.tables = new TableWriter(names, supply, check, progress, outcomes);
    this.objects = new ObjectWriter(supply, outcomes);
  }

  @Override
  public void apply(long number, Step step) {
    steps.add(new Numbered(number, step));
  }

  @Override
  public void finish() throws IOException, InterruptedException {
    try {
      database();
      try (ServerConnection main = sessions.open()) {
        Sessions.run(main, BEGIN);
        swap(main);
        DefinitionWriter definitions =
            new DefinitionWriter(main, names, supply, outcomes, unmoved());
        delete(main, definitions);
        schemas(main);
        List<Numbered> make = of(one -> one.isDefinition() && !one.deletes());
        inOrder(make, "pre-data", definitions);
        rows();
        inOrder(make, "data", definitions);
        for (Numbered one : of(one -> one.isLargeObject() && !one.deletes())) {
          objects.write(main, one.number(), one.step());
        }
        indexes(make);
        for (Numbered one : late) {
          definitions.make(one.number(), one.step());
        }
        inOrder(make, "post-data", definitions);
        about(make, definitions);
        inOrder(make, "", definitions);
        List<String> replaced = replaced(main);
        ForeignKeys.check(main, replaced, outcomes);
        FilledViews.check(main, replaced, filled(make), outcomes);
      }
    } catch (ServerError e) {
      throw troubles.told(e);
    } catch (java.net.SocketException | java.io.EOFException e) {
      throw troubles.told(e);
    }
  }

  private static boolean belongs(Numbered one, Key table) {
    Key rows = Keys.rows(one.step().key());
    return rows != null && rows.equals(table);
  }

  /** Tables that take each other's place, with all that belongs to them. */
  private void swap(ServerConnection main) throws IOException {
    List<SwapWriter.Group> there = new ArrayList<>();
    List<SwapWriter.Group> back = new ArrayList<>();
    for (Numbered rows : of(DatabaseApplier::isRows)) {
      Key key = rows.step().key();
      Entry wanted = rows.step().wanted();
      boolean noted = wanted != null && Swap.isNoted(wanted.attributes());
      Swap swap = swaps.get(key);
      if (!noted && swap == null) {
        continue;
      }
      List<Numbered> definitions = of(one -> one.isDefinition() && belongs(one, key));
      steps.remove(rows);
      steps.removeAll(definitions);
      if (wanted != null && noted) {
        Table live = tables.table(key, wanted);
        Swap kept = Swap.noted(wanted.attributes(), new Names.Name(live.schema(), live.name()));
        back.add(new SwapWriter.Group(kept, rows, definitions));
      } else if (swap != null) {
        there.add(new SwapWriter.Group(swap, rows, definitions));
      }
    }
    SwapWriter writer = new SwapWriter(main, names, supply, tables, progress, outcomes);
    if (!there.isEmpty()) {
      writer.swap(there);
    }
    if (!back.isEmpty()) {
      writer.back(back);
    }
  }

  private List<Numbered> of(java.util.function.Predicate<Numbered> which) {
    return steps.stream()
        .filter(which)
        .sorted(Comparator.comparingLong(Numbered::position))
        .toList();
  }

  private void database() throws IOException {
    Numbered made = null;
    for (Numbered one : steps) {
      made = one.step().key().equals(Keys.DATABASE_ITSELF) ? one : made;
    }
    Entry wanted = made == null ? null : made.step().wanted();
    Databases.require(sessions, wanted == null ? "" : supply.text(Keys.DATABASE_ITSELF, wanted));
    if (made != null) {
      steps.remove(made);
      if (wanted == null) {
        // Others may use it by now; whoever wants it gone drops it.
        outcomes.note(
            new Notice("database-kept", made.step().key().toString(), "the database itself stays"));
        outcomes.removed(made.number(), made.step());
      } else {
        outcomes.done(
            made.number(),
            made.step(),
            LiveDatabase.fingerprint(
                made.step().key(), supply.text(Keys.DATABASE_ITSELF, wanted), names));
      }
    }
  }

  /** What is there now of the definitions that are changed or deleted. */
  private Map<Key, String> unmoved() throws IOException {
    Map<Key, String> now = new LinkedHashMap<>();
    if (of(one -> one.isDefinition() && one.step().live() != null).isEmpty()) {
      return now;
    }
    try (LiveDatabase live = LiveDatabase.open(sessions, finder, names)) {
      for (Numbered one : of(Numbered::isDefinition)) {
        Key key = one.step().key();
        Definition definition = live == null ? null : live.definition(key);
        if (definition != null) {
          now.put(key, definition.item().make());
        }
      }
    }
    return now;
  }

  /** Rows first, so that no table goes whose rows have changed; then what needs others first. */
  private void delete(ServerConnection main, DefinitionWriter definitions) throws IOException {
    for (Numbered one : of(one -> one.isLargeObject() && one.deletes())) {
      objects.write(main, one.number(), one.step());
    }
    List<Numbered> drops = of(one -> one.isDefinition() && one.deletes()).reversed();
    Set<Key> dropped = new HashSet<>();
    for (Numbered one : drops) {
      Key rows = Keys.rows(one.step().key());
      if (rows != null && Names.isTableItself(one.step().key())) {
        dropped.add(rows);
      }
    }
    Set<Key> moved = new HashSet<>();
    List<Numbered> gone = new ArrayList<>();
    List<Numbered> emptied = new ArrayList<>();
    for (Numbered one : of(one -> isRows(one) && one.deletes())) {
      if (!dropped.contains(one.step().key())) {
        emptied.add(one);
      } else if (isThere(main, one) && !tables.isAsPlanned(main, one.step())) {
        moved.add(one.step().key());
        outcomes.moved(
            one.number(), one.step(), "its rows have been changed since the plan was made");
      } else {
        gone.add(one);
      }
    }
    if (!emptied.isEmpty()) {
      try (ServerConnection connection = sessions.open()) {
        boolean _ = Triggers.rest(connection);
        for (Numbered one : emptied) {
          tables.write(connection, one.number(), one.step());
        }
      }
    }
    definitions.drop(drops, moved);
    takeBack(definitions);
    gone.forEach(one -> outcomes.removed(one.number(), one.step()));
  }

  /** What is said of objects goes with them; where they have not gone, it is taken back. */
  private void takeBack(DefinitionWriter definitions) throws IOException {
    if (definitions.about().isEmpty()) {
      return;
    }
    try (LiveDatabase live = LiveDatabase.open(sessions, finder, names)) {
      for (Numbered one : definitions.about()) {
        Definition definition = live == null ? null : live.definition(one.step().key());
        definitions.takeBack(one, definition == null ? null : definition.item().make());
      }
    }
  }

  private boolean isThere(ServerConnection main, Numbered one) throws IOException {
    String name = tables.table(one.step().key(), one.step().entry()).quoted();
    return main.query("SELECT pg_catalog.to_regclass(" + ServerConnection.quoted(name) + ") AS it")
            .getFirst()
            .find("it")
        != null;
  }

  /** Views that are filled in the end, by their schemas and names. */
  private static Set<List<String>> filled(List<Numbered> make) {
    Set<List<String>> filled = new HashSet<>();
    for (Numbered one : make) {
      if (one.type().equals("MATERIALIZED VIEW DATA")) {
        Attributes attributes = one.step().entry().attributes();
        filled.add(List.of(attributes.text("schema"), attributes.text("name")));
      }
    }
    return filled;
  }

  /** Tables that had rows of their own before. */
  private List<String> replaced(ServerConnection main) throws IOException {
    List<String> names = new ArrayList<>();
    for (Numbered one : of(one -> isRows(one) && one.step().live() != null)) {
      if (isThere(main, one)) {
        names.add(tables.table(one.step().key(), one.step().entry()).quoted());
      }
    }
    return names;
  }

  private static boolean isRows(Numbered one) {
    return !one.isDefinition() && !one.isLargeObject();
  }

  /** Schemas that what is made lies in, and that are not made by themselves. */
  private void schemas(ServerConnection main) throws IOException {
    Set<String> wanted = new TreeSet<>();
    for (Numbered one : of(one -> one.isDefinition() && !one.deletes())) {
      Key rows = Keys.rows(one.step().key());
      Names.Name name = rows == null ? null : names.of(rows);
      wanted.add(name == null ? one.step().entry().attributes().text("schema") : name.schema());
    }
    for (Numbered one : steps) {
      if (one.type().equals("SCHEMA") && !one.deletes()) {
        wanted.remove(one.step().entry().attributes().text("name"));
      }
    }
    wanted.remove("");
    for (String schema : wanted) {
      boolean missing =
          main.query(
                  "SELECT 1 AS one FROM pg_catalog.pg_namespace WHERE nspname = "
                      + ServerConnection.quoted(schema))
              .isEmpty();
      if (missing) {
        Sessions.run(main, "CREATE SCHEMA " + Sessions.quoted(schema));
        outcomes.note(new Notice("schema-made", schema, "this schema was missing, and was made"));
      }
    }
  }

  /** The definitions of a section but for those that have a turn of their own. */
  private void inOrder(List<Numbered> make, String section, DefinitionWriter definitions)
      throws IOException {
    for (Numbered one : make) {
      boolean last = LAST.contains(one.type());
      boolean post = one.section().equals("post-data");
      boolean turn =
          section.isEmpty()
              ? last
              : one.section().equals(section)
                  && !last
                  && !one.type().equals("ACL")
                  && !(post && INDEXES.contains(one.type()));
      if (turn) {
        progress.checkCancelled();
        progress.current(one.step().key().toString());
        if (one.type().equals("TABLE ATTACH") && definitions.isIndexed(one.step())) {
          late.add(one);
          continue;
        }
        definitions.make(one.number(), one.step());
      }
    }
  }

  private void about(List<Numbered> make, DefinitionWriter definitions) throws IOException {
    for (Numbered one : make) {
      if (one.type().equals("ACL")) {
        definitions.make(one.number(), one.step());
      }
    }
  }

  private void rows() throws IOException, InterruptedException {
    List<Numbered> rows = new ArrayList<>(of(one -> isRows(one) && !one.deletes()));
    rows.sort(Comparator.comparingLong((Numbered one) -> one.step().entry().size()).reversed());
    List<RowsWriter.Job> single = new ArrayList<>();
    for (Numbered one : List.copyOf(rows)) {
      RowsWriter.Job job = job(one);
      if (job != null) {
        single.add(job);
        rows.remove(one);
      }
    }
    if (!single.isEmpty()) {
      try (ServerConnection connection = sessions.open()) {
        boolean _ = Triggers.rest(connection);
        new RowsWriter(connection, progress, outcomes).write(single);
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    List<Pool.Work> work = new ArrayList<>();
    for (Numbered one : rows) {
      work.add(
          connection -> {
            boolean _ = Triggers.rest(connection);
            tables.write(connection, one.number(), one.step());
          });
    }
    new Pool(sessions, "").run(work);
  }

  /** What is done to single rows; null if the table is written as a whole. */
  private RowsWriter.@Nullable Job job(Numbered one) {
    Entry wanted = one.step().wanted();
    if (wanted == null) {
      return null;
    }
    Key key = one.step().key();
    Attributes attributes = wanted.attributes();
    Differences.OfTable of = differences.of(key);
    Long width = attributes.number("changes");
    if (of == null && width == null) {
      return null;
    }
    RowsWriter.Source changes =
        of != null
            ? of.changes()::each
            : taker -> {
              Lines lines = RowChanges.lines(width == null ? 0 : Math.toIntExact(width), taker);
              supply.read(key, wanted, lines::add);
              lines.end();
            };
    return new RowsWriter.Job(
        one.number(),
        one.step(),
        tables.table(key, wanted),
        attributes.text("columns"),
        attributes.text("encoding"),
        changes);
  }

  /** Those of one table one after the other, tables side by side. */
  private void indexes(List<Numbered> make) throws IOException, InterruptedException {
    Map<String, List<Numbered>> byTable = new LinkedHashMap<>();
    for (Numbered one : make) {
      if (one.section().equals("post-data") && INDEXES.contains(one.type())) {
        Key rows = Keys.rows(one.step().key());
        byTable.computeIfAbsent(String.valueOf(rows), _ -> new ArrayList<>()).add(one);
      }
    }
    List<Pool.Work> work = new ArrayList<>();
    for (List<Numbered> ofOne : byTable.values()) {
      work.add(
          connection -> {
            DefinitionWriter definitions =
                new DefinitionWriter(connection, names, supply, outcomes, null);
            for (Numbered one : ofOne) {
              progress.checkCancelled();
              definitions.make(one.number(), one.step());
            }
          });
    }
    new Pool(sessions, BEGIN).run(work);
  }

  @Override
  public void close() {
    steps.clear();
  }
}
