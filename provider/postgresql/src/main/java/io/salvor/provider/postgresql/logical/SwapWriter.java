package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.provider.postgresql.logical.DatabaseApplier.Numbered;
import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Has restored tables take the place of live ones, all in one transaction: the rows come first,
 * while nobody waits; then the live ones are renamed, and what is restored is made under their
 * names.
 */
final class SwapWriter {
  private static final String REFERS = "23503";

  private final ServerConnection connection;
  private final Names names;
  private final Supply supply;
  private final TableWriter tables;
  private final Progress progress;
  private final Outcomes outcomes;

  /** A table and all that is made for it, or goes with it. */
  static final class Group {
    private final Swap swap;
    private final Numbered rows;
    private final List<Numbered> definitions;
    private Fingerprint now = new Fingerprint(new byte[0]);
    private final List<String> told = new ArrayList<>();

    Group(Swap swap, Numbered rows, List<Numbered> definitions) {
      this.swap = swap;
      this.rows = rows;
      this.definitions = definitions;
    }

    /** What a table is called while it comes or goes. */
    private Name passing() {
      return new Name(
          swap.live().schema(), Rename.cut("salvor " + swap.live().table(), Rename.LONGEST));
    }
  }

  /** Rows are not as they were to be, or were. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    Refused(ErrorCode code, String message) {
      super(message);
      this.code = code;
    }
  }

  private interface Change {
    void run() throws IOException, Refused;
  }

  SwapWriter(
      ServerConnection connection,
      Names names,
      Supply supply,
      TableWriter tables,
      Progress progress,
      Outcomes outcomes) {
    this.connection = connection;
    this.names = names;
    this.supply = supply;
    this.tables = tables;
    this.progress = progress;
    this.outcomes = outcomes;
  }

  /** Swaps. */
  void swap(List<Group> groups) throws IOException {
    if (!inOne(groups, () -> swapped(groups))) {
      return;
    }
    for (Group group : groups) {
      outcomes.done(group.rows.number(), group.rows.step(), group.now);
      for (Numbered one : group.definitions) {
        String plain = supply.text(one.step().key(), one.step().entry());
        outcomes.done(
            one.number(), one.step(), LiveDatabase.fingerprint(one.step().key(), plain, names));
      }
      outcomes.note(
          new Notice(
              "table-kept",
              group.rows.step().key().toString(),
              "the table that was live is kept as "
                  + group.swap.kept().quoted()
                  + ", with its foreign keys; drop it when nobody wants it any more"));
      tell(group);
    }
  }

  private void tell(Group group) {
    String key = group.rows.step().key().toString();
    group.told.forEach(message -> outcomes.incomplete(key, ErrorCode.ENTRY_NOT_RESTORED, message));
  }

  private void swapped(List<Group> groups) throws IOException, Refused {
    for (Group group : groups) {
      rows(group);
    }
    List<Dependents> dependents = lock(groups);
    for (Group group : groups) {
      for (Rename rename : group.swap.renames()) {
        Sessions.run(connection, rename.sql());
      }
      Name live = group.swap.live();
      Sessions.run(
          connection,
          new Rename("TABLE", live.schema(), group.passing().table(), live.table()).sql());
    }
    define(groups);
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      own(group);
      group.told.addAll(dependents.get(i).follow(group.swap.kept().quoted()));
    }
  }

  /** From here on nobody else reads them. */
  private List<Dependents> lock(List<Group> groups) throws IOException {
    List<Dependents> all = new ArrayList<>();
    List<String> live = groups.stream().map(group -> group.swap.live().quoted()).toList();
    for (String table : live) {
      Sessions.run(connection, "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
      all.add(Dependents.of(connection, table, live));
    }
    return all;
  }

  /** The table under a name of its own, and its rows. */
  private void rows(Group group) throws IOException, Refused {
    progress.checkCancelled();
    progress.current(group.rows.step().key().toString());
    Name passing = group.passing();
    for (Numbered one : group.definitions) {
      if (Names.isTableItself(one.step().key())) {
        String sql = supply.text(one.step().key(), one.step().entry());
        Sessions.run(connection, Names.renamed(sql, passing.quoted()));
      }
    }
    Entry wanted = group.rows.step().entry();
    Table table =
        new Table(
            passing.schema(),
            passing.table(),
            passing.quoted(),
            wanted.attributes().text("columns"),
            "",
            true,
            wanted.size());
    RowDigest written = tables.copy(connection, table, group.rows.step().key(), wanted);
    RowDigest read =
        Tables.read(
            connection,
            table,
            wanted.attributes().text("encoding"),
            (bytes, length) -> progress.checkCancelled());
    if (!written.sum().equals(wanted.attributes().text("digest"))
        || !read.sum().equals(written.sum())) {
      throw new Refused(
          ErrorCode.RESTORE_MISMATCH,
          "the rows of " + group.swap.live().quoted() + " read back other than they were written");
    }
    group.now = LiveDatabase.fingerprint(read);
  }

  /** All that is made for the tables but themselves. */
  private void define(List<Group> groups) throws IOException {
    List<Numbered> all = new ArrayList<>();
    groups.forEach(group -> all.addAll(group.definitions));
    all.removeIf(one -> Names.isTableItself(one.step().key()));
    all.sort(Comparator.comparingInt(SwapWriter::turn).thenComparing(Numbered::position));
    for (Numbered one : all) {
      progress.checkCancelled();
      String key = one.step().key().toString();
      progress.current(key);
      String sql = supply.text(one.step().key(), one.step().entry());
      ServerError refused = Dependents.attempt(connection, sql);
      if (refused == null) {
        continue;
      }
      if (one.type().equals("ACL")) {
        outcomes.incomplete(key, ErrorCode.ENTRY_NOT_RESTORED, Troubles.said(refused));
      } else if (one.type().equals("FK CONSTRAINT") && refused.state().equals(REFERS)) {
        Sessions.run(connection, sql.strip().replaceFirst(";\\s*$", " NOT VALID;"));
        outcomes.incomplete(
            key,
            ErrorCode.ENTRY_NOT_RESTORED,
            "it does not hold for all rows, and is NOT VALID now: " + Troubles.said(refused));
      } else {
        throw refused;
      }
    }
  }

  /** The sections in their order, the grants last. */
  private static int turn(Numbered one) {
    if (one.type().equals("ACL")) {
      return 3;
    }
    return switch (one.section()) {
      case "pre-data" -> 0;
      case "data" -> 1;
      default -> 2;
    };
  }

  /** Its sequences get the same owner by themselves. */
  private void own(Group group) throws IOException {
    for (Numbered one : group.definitions) {
      String owner = one.step().entry().attributes().text("owner");
      if (!Names.isTableItself(one.step().key()) || owner.isEmpty()) {
        continue;
      }
      ServerError refused =
          Dependents.attempt(
              connection,
              "ALTER TABLE " + group.swap.live().quoted() + " OWNER TO " + Sessions.quoted(owner));
      if (refused != null) {
        outcomes.note(
            new Notice(
                "owners-not-kept",
                one.step().key().toString(),
                "its owner is whoever restores it: " + refused.getMessage()));
      }
    }
  }

  /** Takes swaps back: what was kept takes its place again, what took it is dropped. */
  void back(List<Group> groups) throws IOException {
    if (!inOne(groups, () -> swappedBack(groups))) {
      return;
    }
    for (Group group : groups) {
      outcomes.done(group.rows.number(), group.rows.step(), group.now);
      group.definitions.forEach(one -> outcomes.removed(one.number(), one.step()));
      tell(group);
    }
  }

  private void swappedBack(List<Group> groups) throws IOException, Refused {
    List<Dependents> dependents = lock(groups);
    for (Group group : groups) {
      Name live = group.swap.live();
      if (!tables.isAsPlanned(connection, group.rows.step())) {
        throw new Refused(
            ErrorCode.TARGET_MOVED,
            "the rows of " + live.quoted() + " have been changed since the plan was made");
      }
      for (Rename rename : Rename.of(connection, live, group.passing())) {
        Sessions.run(connection, rename.sql());
      }
      for (Rename rename : group.swap.renames().reversed()) {
        Sessions.run(connection, rename.reversed().sql());
      }
    }
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      group.told.addAll(dependents.get(i).follow(group.passing().quoted()));
    }
    for (Group group : groups) {
      Sessions.run(connection, "DROP TABLE " + group.passing().quoted());
      group.now =
          LiveDatabase.fingerprint(
              Tables.read(
                  connection,
                  tables.table(group.rows.step().key(), group.rows.step().entry()),
                  Tables.encoding(connection),
                  (bytes, length) -> progress.checkCancelled()));
    }
  }

  /** Runs it in one transaction; false if nothing has come of it, which is told then. */
  private boolean inOne(List<Group> groups, Change change) throws IOException {
    String why;
    ErrorCode code;
    try {
      Sessions.run(connection, "BEGIN");
      change.run();
      progress.checkCancelled();
      Sessions.run(connection, "COMMIT");
      return true;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      code = ErrorCode.ENTRY_NOT_RESTORED;
      why = "no table was changed: " + Troubles.said(e);
    } catch (Refused e) {
      code = e.code;
      why = "no table was changed: " + e.getMessage();
    }
    Sessions.run(connection, "ROLLBACK");
    for (Group group : groups) {
      List<Numbered> all = new ArrayList<>(group.definitions);
      all.add(group.rows);
      for (Numbered one : all) {
        if (code == ErrorCode.TARGET_MOVED) {
          outcomes.moved(one.number(), one.step(), why);
        } else {
          outcomes.failed(one.number(), one.step(), code, why);
        }
      }
    }
    return false;
  }
}
