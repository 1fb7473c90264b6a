package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells ahead what of a restore cannot be made in a database. */
final class DatabaseFeasibility implements Target.Feasibility {
  /** What is never made anew in the place of one that differs, for its rows or values would go. */
  static final Set<String> KEPT =
      Set.of("TABLE", "SEQUENCE", "SCHEMA", "EXTENSION", "MATERIALIZED VIEW", "FOREIGN TABLE");

  private static final int MOST = 20;

  private final Sessions sessions;
  private final Troubles troubles;
  private final List<Notice> irreversible = new ArrayList<>();
  private final boolean rowsOnly;
  private final Differences differences;
  private final Map<Key, Swap> swaps;
  private final Names names;
  private final Map<Key, Boolean> replaced = new LinkedHashMap<>();
  private final Set<Key> dropped = new HashSet<>();
  private long kept;

  /**
   * Begins.
   *
   * @param rowsOnly whether single rows of tables that are there are restored
   */
  DatabaseFeasibility(
      Sessions sessions,
      Troubles troubles,
      boolean rowsOnly,
      Differences differences,
      Map<Key, Swap> swaps,
      Names names) {
    this.swaps = swaps;
    this.names = names;
    this.rowsOnly = rowsOnly;
    this.differences = differences;
    this.sessions = sessions;
    this.troubles = troubles;
  }

  @Override
  public void consider(Step step) {
    Entry entry = step.entry();
    if (!entry.kind().isOfDatabase()) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "Cannot restore " + step.key() + " to " + sessions.endpoint(),
          "it is no part of a database of PostgreSQL",
          "name a directory with --to");
    }
    if (rowsOnly && step.change() instanceof Change.Create) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "There is no table in " + sessions.endpoint() + " to compare " + step.key() + " with",
          "differences are those of rows of a table that is there",
          "leave --mode out: the whole table is restored then");
    }
    boolean deletes = step.change() instanceof Change.Delete;
    boolean swapped = swaps.containsKey(step.key()) || Swap.isNoted(entry.attributes());
    if (Names.isRows(step.key()) && step.live() != null && !swapped) {
      replaced.put(step.key(), deletes);
    }
    Key rows = Keys.rows(step.key());
    if (rows != null && deletes && Names.isTableItself(step.key())) {
      dropped.add(rows);
    }
    if (entry.kind() == EntryKind.DEFINITION
        && step.change() instanceof Change.Update
        && KEPT.contains(entry.attributes().text("type"))
        && kept++ < MOST) {
      irreversible.add(
          new Notice(
              "definition-kept",
              step.key().toString(),
              "it is there with another definition, which stays; restore it under another name with"
                  + " --map, or drop it first"));
    }
  }

  @Override
  public Target.Findings findings() {
    List<Notice> warnings = new ArrayList<>(differences.notices());
    swaps.forEach(
        (key, swap) ->
            warnings.add(
                new Notice(
                    "table-kept",
                    key.toString(),
                    "the live table will be kept as " + swap.kept().quoted())));
    try (ServerConnection connection = sessions.open()) {
      Row row = connection.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").getFirst();
      if (row.get("standby").equals("t")) {
        throw troubles.failed(
            "it is a standby, which takes no changes", "Name its primary", new IOException());
      }
      triggers(connection, warnings);
    } catch (ServerError e) {
      if (!e.state().equals(Troubles.NO_DATABASE)) {
        throw troubles.told(e);
      }
      warnings.add(
          new Notice("database-made", "", "there is no such database yet, and it will be made"));
      requireCreate();
    } catch (IOException e) {
      throw troubles.told(e);
    }
    return new Target.Findings(warnings, irreversible);
  }

  /** No row may change but those that the plan and its undo have. */
  private void triggers(ServerConnection connection, List<Notice> warnings) throws IOException {
    List<String> tables = new ArrayList<>();
    replaced.forEach(
        (key, deletes) -> {
          if (!deletes || !dropped.contains(key)) {
            tables.add(names.quoted(key));
          }
        });
    if (tables.isEmpty()) {
      return;
    }
    boolean rest = Triggers.rest(connection);
    List<Triggers.AtWork> atWork = Triggers.atWork(connection, tables, rowsOnly);
    if (!rest && !atWork.isEmpty()) {
      throw troubles.failed(
          "more would change than was planned and can be undone, for "
              + sessions.endpoint().user()
              + " may not have triggers rest while rows are replaced: "
              + told(atWork),
          "Have a superuser run: "
              + Triggers.GRANT
              + Sessions.quoted(sessions.endpoint().user())
              + ", or restore under another name with --map",
          new IOException());
    }
    if (!atWork.isEmpty()) {
      warnings.add(
          new Notice(
              "triggers-fire",
              "",
              "enabled for always, at work while rows are replaced, and what they do is not"
                  + " undone: "
                  + told(atWork)));
    }
  }

  private static String told(List<Triggers.AtWork> atWork) {
    String first =
        atWork.stream()
            .limit(MOST)
            .map(one -> one.what() + " on " + one.table())
            .collect(Collectors.joining("; "));
    return atWork.size() <= MOST ? first : first + "; and " + (atWork.size() - MOST) + " more";
  }

  private void requireCreate() {
    try (ServerConnection connection =
        sessions.open(sessions.endpoint().in(Databases.MAINTENANCE))) {
      Row row =
          connection
              .query(
                  "SELECT rolcreatedb OR rolsuper AS may FROM pg_catalog.pg_roles"
                      + " WHERE rolname = current_user")
              .getFirst();
      if (!row.get("may").equals("t")) {
        throw troubles.failed(
            "there is no such database, and " + sessions.endpoint().user() + " may not make one",
            "Have a superuser run: ALTER ROLE "
                + Sessions.quoted(sessions.endpoint().user())
                + " CREATEDB",
            new IOException());
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }
}
