package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.provider.postgresql.logical.KeyColumns.Column;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.rows.RowChanges;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Adds, changes and deletes single rows of some tables, in one transaction for all of them: what
 * refers to others is deleted first and added last. Rows that are no longer what they were when
 * they were compared are left alone.
 */
final class RowsWriter {
  private static final int BUFFER = 64 << 10;
  private static final String NUMBER = "\"salvor number\"";
  private static final String KIND = "\"salvor kind\"";

  private static final String NEEDS =
      """
      SELECT k.conrelid::pg_catalog.regclass::text AS child,
             k.confrelid::pg_catalog.regclass::text AS parent
      FROM pg_catalog.pg_constraint k
      WHERE k.contype = 'f' AND k.conrelid <> k.confrelid
        AND k.conrelid = ANY (ARRAY[%1$s]::pg_catalog.regclass[])
        AND k.confrelid = ANY (ARRAY[%1$s]::pg_catalog.regclass[])
      """;

  /**
   * What is done to a table.
   *
   * @param columns of the rows, as SQL lists them
   */
  record Job(
      long number, Step step, Table table, String columns, String encoding, Source changes) {}

  /** Hands the changes over. */
  interface Source {
    void each(RowChanges.Taker taker) throws IOException;
  }

  private static final class Work {
    private final Job job;
    private final String was;
    private final String becomes;
    private final String moved;
    private KeyColumns columns = new KeyColumns(List.of(), new int[0]);
    private long left;

    Work(Job job, int place) {
      this.job = job;
      this.was = "pg_temp.\"salvor was " + place + "\"";
      this.becomes = "pg_temp.\"salvor becomes " + place + "\"";
      this.moved = "pg_temp.\"salvor moved " + place + "\"";
    }

    String table() {
      return job.table().quoted();
    }

    String same(String a, String b) {
      return columns.keys().stream()
          .map(key -> a + "." + key.quoted() + " = " + b + "." + key.quoted())
          .collect(Collectors.joining(" AND "));
    }

    /** As text, for some types have no equality. */
    String row(String of) {
      return columns.columns().stream()
          .map(column -> of + "." + column.quoted())
          .collect(Collectors.joining(", ", "ROW(", ")::pg_catalog.text"));
    }
  }

  /** Rows are not what they were to become, or others would change with them. */
  private static final class Altered extends Exception {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    Altered(ErrorCode code, String why) {
      super(why);
      this.code = code;
    }
  }

  private final ServerConnection connection;
  private final Progress progress;
  private final Outcomes outcomes;

  /**
   * A writer.
   *
   * @param connection on which triggers rest, if that may be
   */
  RowsWriter(ServerConnection connection, Progress progress, Outcomes outcomes) {
    this.connection = connection;
    this.progress = progress;
    this.outcomes = outcomes;
  }

  /** Does all of it or nothing, and tells what became of it. */
  void write(List<Job> jobs) throws IOException {
    List<Work> all = new ArrayList<>();
    for (Job job : jobs) {
      all.add(new Work(job, all.size()));
    }
    try {
      Sessions.run(connection, "BEGIN");
      for (Work work : all) {
        begin(work);
      }
      List<Work> order = order(all);
      Sessions.run(connection, "SET CONSTRAINTS ALL DEFERRED");
      for (Work work : order.reversed()) {
        delete(work);
      }
      for (Work work : order) {
        change(work);
      }
      for (Work work : all) {
        requireDone(work);
      }
      progress.checkCancelled();
      Sessions.run(connection, "COMMIT");
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK");
      for (Work work : all) {
        outcomes.failed(
            work.job.number(),
            work.job.step(),
            ErrorCode.ENTRY_NOT_RESTORED,
            "no row of any table was changed: " + Troubles.said(e));
      }
      return;
    } catch (Altered e) {
      Sessions.run(connection, "ROLLBACK");
      for (Work work : all) {
        outcomes.failed(
            work.job.number(),
            work.job.step(),
            e.code,
            "no row of any table was changed, for " + e.getMessage());
      }
      return;
    }
    for (Work work : all) {
      done(work);
    }
  }

  private void done(Work work) throws IOException {
    Job job = work.job;
    Fingerprint now =
        LiveDatabase.fingerprint(
            Tables.read(
                connection,
                job.table(),
                Tables.encoding(connection),
                (bytes, length) -> progress.checkCancelled()));
    outcomes.done(job.number(), job.step(), now);
    if (work.left > 0) {
      outcomes.incomplete(
          job.step().key().toString(),
          ErrorCode.TARGET_MOVED,
          work.left
              + (work.left == 1 ? " row was" : " rows were")
              + " changed by somebody since, and left alone");
    }
  }

  /** Takes the rows to the server, and looks which of them have changed since. */
  private void begin(Work work) throws IOException, Altered {
    progress.checkCancelled();
    progress.current(work.job.step().key().toString());
    Sessions.run(connection, "LOCK TABLE ONLY " + work.table() + " IN SHARE ROW EXCLUSIVE MODE");
    String unasked = Triggers.unasked(connection, work.table(), true);
    if (!unasked.isEmpty()) {
      throw new Altered(
          ErrorCode.ENTRY_NOT_RESTORED,
          "rows besides those of " + work.table() + " would change by " + unasked);
    }
    work.columns = KeyColumns.of(connection, work.table());
    if (!work.columns.list().equals(work.job.columns())) {
      throw new IOException(work.table() + " has other columns than before");
    }
    // Where the equality of the key's types is looked for; everything else is written in full.
    Set<String> schemas = new TreeSet<>();
    work.columns.keys().forEach(key -> schemas.add(Sessions.quoted(key.typeSchema())));
    Sessions.run(connection, "SET LOCAL search_path = " + String.join(", ", schemas));
    for (String copy : List.of(work.was, work.becomes)) {
      Sessions.run(
          connection,
          "CREATE TEMP TABLE "
              + copy
              + " ON COMMIT DROP AS SELECT 0::pg_catalog.int8 AS "
              + NUMBER
              + ", ''::pg_catalog.text AS "
              + KIND
              + ", "
              + work.columns.list()
              + " FROM ONLY "
              + work.table()
              + " WITH NO DATA");
    }
    load(work, work.was, false);
    load(work, work.becomes, true);
    Sessions.run(
        connection,
        """
        CREATE TEMP TABLE %1$s ON COMMIT DROP AS
          SELECT w.%6$s FROM %2$s w LEFT JOIN ONLY %4$s l ON %7$s
          WHERE CASE WHEN l.tableoid IS NULL THEN w.%5$s <> 'D' ELSE %9$s <> %10$s END
          UNION SELECT b.%6$s FROM %3$s b JOIN ONLY %4$s l ON %8$s WHERE b.%5$s = 'A'
        """
            .formatted(
                work.moved,
                work.was,
                work.becomes,
                work.table(),
                KIND,
                NUMBER,
                work.same("w", "l"),
                work.same("b", "l"),
                work.row("w"),
                work.row("l")));
    work.left =
        Long.parseLong(
            connection.query("SELECT count(*) AS n FROM " + work.moved).getFirst().get("n"));
    if (work.left > 0) {
      for (String copy : List.of(work.was, work.becomes)) {
        Sessions.run(
            connection,
            "DELETE FROM "
                + copy
                + " WHERE "
                + NUMBER
                + " IN (SELECT "
                + NUMBER
                + " FROM "
                + work.moved
                + ")");
      }
    }
  }

  /** One side of the changes. */
  private void load(Work work, String to, boolean becomes) throws IOException {
    String encoding = work.job.encoding();
    Exchange exchange =
        connection.send(
            "COPY "
                + to
                + " FROM STDIN"
                + (encoding.isEmpty() ? "" : " WITH (ENCODING '" + encoding + "')"));
    Copy copy = exchange.copy();
    long[] number = new long[1];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      work.job
          .changes()
          .each(
              change -> {
                number[0]++;
                byte[] row = becomes ? change.becomes() : change.was();
                if (row != null) {
                  String head = number[0] + "\t" + change.kind().letter() + "\t";
                  out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
                  out.writeBytes(row);
                  out.write('\n');
                  if (out.size() > BUFFER) {
                    progress.checkCancelled();
                    send(copy, out);
                  }
                }
              });
      send(copy, out);
    } catch (IOException | RuntimeException e) {
      copy.fail("the rest cannot be read");
      try {
        exchange.end();
      } catch (ServerError told) {
        // That it was told to give up.
      }
      throw e;
    }
    copy.done();
    exchange.end();
    Sessions.run(connection, "ANALYZE " + to);
  }

  private static void send(Copy copy, ByteArrayOutputStream out) throws IOException {
    copy.send(out.toByteArray(), 0, out.size());
    out.reset();
  }

  private void delete(Work work) throws IOException {
    Sessions.run(
        connection,
        "DELETE FROM ONLY %s l USING %s w WHERE w.%s = 'D' AND %s"
            .formatted(work.table(), work.was, KIND, work.same("w", "l")));
  }

  private void change(Work work) throws IOException {
    progress.checkCancelled();
    String set =
        work.columns.columns().stream()
            .filter(column -> !column.always())
            .map(Column::quoted)
            .map(name -> name + " = b." + name)
            .collect(Collectors.joining(", "));
    if (!set.isEmpty()) {
      Sessions.run(
          connection,
          "UPDATE ONLY %s l SET %s FROM %s b WHERE b.%s = 'C' AND %s"
              .formatted(work.table(), set, work.becomes, KIND, work.same("b", "l")));
    }
    Sessions.run(
        connection,
        "INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s WHERE %4$s = 'A'"
            .formatted(work.table(), work.columns.list(), work.becomes, KIND));
  }

  private void requireDone(Work work) throws IOException, Altered {
    Row row =
        connection
            .query(
                """
                SELECT EXISTS (SELECT 1 FROM %1$s b LEFT JOIN ONLY %3$s l ON %4$s
                               WHERE l.tableoid IS NULL OR %6$s <> %7$s)
                    OR EXISTS (SELECT 1 FROM %2$s w JOIN ONLY %3$s l ON %5$s WHERE w.%8$s = 'D')
                  AS wrong
                """
                    .formatted(
                        work.becomes,
                        work.was,
                        work.table(),
                        work.same("b", "l"),
                        work.same("w", "l"),
                        work.row("b"),
                        work.row("l"),
                        KIND))
            .getFirst();
    if (row.get("wrong").equals("t")) {
      throw new Altered(
          ErrorCode.RESTORE_MISMATCH,
          "those of "
              + work.table()
              + " did not become what they were to be; a trigger may have changed them");
    }
  }

  /** Those that others refer to first. */
  private List<Work> order(List<Work> all) throws IOException {
    // With an empty path the server writes names as they are written here.
    Sessions.run(connection, "SET LOCAL search_path = ''");
    String tables =
        all.stream()
            .map(work -> ServerConnection.quoted(work.table()))
            .collect(Collectors.joining(", "));
    List<Row> needs = connection.query(NEEDS.formatted(tables));
    Set<String> schemas = new TreeSet<>();
    for (Work work : all) {
      work.columns.keys().forEach(key -> schemas.add(Sessions.quoted(key.typeSchema())));
    }
    Sessions.run(connection, "SET LOCAL search_path = " + String.join(", ", schemas));
    Set<Work> order = new LinkedHashSet<>();
    for (Work work : all) {
      place(work, all, needs, order, new LinkedHashSet<>());
    }
    return List.copyOf(order);
  }

  private static void place(
      Work work, List<Work> all, List<Row> needs, Set<Work> order, Set<Work> way)
      throws IOException {
    if (order.contains(work) || !way.add(work)) {
      return;
    }
    for (Row row : needs) {
      if (unquoted(row.get("child")).equals(unquoted(work.table()))) {
        for (Work other : all) {
          if (unquoted(row.get("parent")).equals(unquoted(other.table()))) {
            place(other, all, needs, order, way);
          }
        }
      }
    }
    order.add(work);
  }

  /** Names are quoted where they must be here, and everywhere there. */
  private static String unquoted(String name) {
    return name.replace("\"", "");
  }
}
