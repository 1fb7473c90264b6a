package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentBytes;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.logical.Tables.Column;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives a table the rows that it is to have: in one transaction where its engine has some, after a
 * look whether it still has those that the plan was made for. They are always read back: out of
 * what does not fit, the server makes something that does. Triggers of the table are taken away
 * meanwhile, for what they would do is among the rows that are restored.
 */
final class TableWriter {
  private static final int BATCH_ROWS = 1000;
  private static final int BATCH_BYTES = 1 << 20;

  private static final String NAME = "`(?:[^`]|``)*`";
  private static final Pattern SEQUENCE =
      Pattern.compile("nextval\\((" + NAME + "\\." + NAME + ")\\)");

  private final Triggers triggers;
  private final Names names;
  private final BlobSource blobs;
  private final Progress progress;
  private final Outcomes outcomes;

  TableWriter(
      Endpoint endpoint,
      Passwords passwords,
      Names names,
      BlobSource blobs,
      Progress progress,
      Outcomes outcomes) {
    this.triggers = new Triggers(endpoint, passwords, outcomes);
    this.names = names;
    this.blobs = blobs;
    this.progress = progress;
    this.outcomes = outcomes;
  }

  /** Applies a step, and tells what became of it. */
  void write(Session session, long number, Step step) throws IOException {
    progress.checkCancelled();
    progress.current(step.key().toString());
    Names.Name name = names.table(step.key());
    Table table = find(session, name);
    if (table == null) {
      if (step.wanted() == null) {
        outcomes.removed(number, step);
      } else {
        fail(number, step, "there is no table " + name.quoted() + " to put its rows into");
      }
      return;
    }
    Entry wanted = step.wanted();
    if (wanted != null && !wanted.attributes().text("columns").equals(table.list())) {
      fail(
          number,
          step,
          "it has the columns "
              + table.list()
              + ", and the backup's are "
              + wanted.attributes().text("columns")
              + ": restore it under another name with --map, or drop it first");
      return;
    }
    List<Definition> taken = List.of();
    try {
      List<Definition> those = triggers.of(session, name);
      String obstacle = triggers.obstacle(session, name, those);
      if (obstacle != null) {
        fail(number, step, obstacle);
        return;
      }
      taken = those;
      triggers.drop(session, name, those);
      try {
        transaction(session, number, step, table);
      } catch (IOException | RuntimeException e) {
        // Before triggers are made again, for that would commit what is half done.
        undo(session, e);
        throw e;
      }
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      fail(number, step, e.said() + left(table));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      outcomes.failed(number, step, e.code(), e.getMessage() + left(table));
    } finally {
      triggers.again(session, name, taken);
    }
  }

  private void fail(long number, Step step, String why) {
    outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, why);
  }

  private static String left(Table table) {
    return table.isTransactional()
        ? ": it was left as it is"
        : ": its storage engine has no transactions, and it is half done";
  }

  /** A session that is gone has undone it by that. */
  private static void undo(Session session, Exception why) {
    try {
      undo(session);
    } catch (ServerError e) {
      why.addSuppressed(e);
    }
  }

  private static void undo(Session session) throws ServerError {
    session.run("ROLLBACK");
    session.run("UNLOCK TABLES");
    session.run("SET autocommit = 1");
  }

  /** The table as it is now; null if there is none. */
  static @Nullable Table find(Session session, Names.Name name) throws ServerError {
    return Tables.list(session, name.database()).stream()
        .filter(table -> table.name().equals(name.table()))
        .findFirst()
        .orElse(null);
  }

  private void transaction(Session session, long number, Step step, Table table)
      throws IOException {
    session.run("SET autocommit = 0");
    lock(session, table);
    if (!isAsPlanned(session, step, table)) {
      undo(session);
      outcomes.moved(number, step, "its rows have been changed since the plan was made");
      return;
    }
    if (step.live() != null) {
      session.run("DELETE FROM " + table.quoted());
    }
    Entry wanted = step.wanted();
    if (wanted == null) {
      commit(session);
      outcomes.removed(number, step);
      return;
    }
    insert(session, table, wanted);
    RowDigest digest = read(session, table);
    if (!digest.sum().equals(wanted.attributes().text("digest"))) {
      undo(session);
      outcomes.failed(
          number,
          step,
          ErrorCode.RESTORE_MISMATCH,
          "its rows read back other than they were written" + left(table));
      return;
    }
    commit(session);
    outcomes.done(number, step, LiveDatabases.fingerprint(digest));
    Long next = wanted.attributes().number("next");
    if (next != null && next > 0) {
      next(session, step, table, next);
    }
  }

  /** The rows are there whether this can be set or not. */
  private void next(Session session, Step step, Table table, long next) throws ServerError {
    try {
      session.run("ALTER TABLE " + table.quoted() + " AUTO_INCREMENT = " + next);
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      outcomes.note(
          new Notice(
              "next-number-not-set",
              step.key().toString(),
              "its rows are restored, but the next number that it gives is the one after the"
                  + " highest of them, not "
                  + next
                  + ": "
                  + e.said()));
    }
  }

  /** Keeps others from a table. */
  static void lock(Session session, Table table) throws ServerError {
    session.run("LOCK TABLES " + table.quoted() + " WRITE" + sequences(session, table));
  }

  /** Those that the table takes its numbers from are opened whether numbers are taken or not. */
  private static String sequences(Session session, Table table) throws ServerError {
    Set<String> names = new TreeSet<>();
    for (Row row :
        session.query(
            """
            SELECT COLUMN_DEFAULT AS value FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COLUMN_DEFAULT LIKE '%nextval%'
            """,
            table.database(), table.name())) {
      SEQUENCE.matcher(row.text("value")).results().forEach(found -> names.add(found.group(1)));
    }
    StringBuilder locks = new StringBuilder();
    names.forEach(name -> locks.append(", ").append(name).append(" WRITE"));
    return locks.toString();
  }

  private static void commit(Session session) throws ServerError {
    session.run("COMMIT");
    session.run("UNLOCK TABLES");
    session.run("SET autocommit = 1");
  }

  private RowDigest read(Session session, Table table) throws IOException {
    return Tables.read(session, table, (bytes, length) -> progress.checkCancelled());
  }

  /** Whether a table has the rows that a step was planned for. */
  boolean isAsPlanned(Session session, Step step, Table table) throws IOException {
    LiveItem planned = step.live();
    if (planned == null) {
      return session.query("SELECT 1 AS one FROM " + table.quoted() + " LIMIT 1").isEmpty();
    }
    return LiveDatabases.fingerprint(read(session, table)).equals(planned.fingerprint());
  }

  private void insert(Session session, Table table, Entry wanted) throws IOException {
    List<Column> columns = table.columns();
    String marks = columns.stream().map(_ -> "?").collect(Collectors.joining(", "));
    String sql = "INSERT INTO " + table.quoted() + " (" + table.list() + ") VALUES (" + marks + ")";
    try (PreparedStatement statement = session.prepare(sql)) {
      Batch batch = new Batch(statement, columns);
      RowText.Reader reader = new RowText.Reader(columns.size(), batch);
      ContentBytes.read(
          blobs,
          wanted.content(),
          wanted.size(),
          (bytes, length) -> {
            progress.checkCancelled();
            reader.add(bytes, length);
            progress.advance(0, length);
          });
      reader.end();
      batch.send();
    } catch (SQLException e) {
      throw Session.error(e);
    }
  }

  /** Rows that are sent together. */
  private static final class Batch implements RowText.Taker {
    private final PreparedStatement statement;
    private final List<Column> columns;
    private int rows;
    private int bytes;

    Batch(PreparedStatement statement, List<Column> columns) {
      this.statement = statement;
      this.columns = columns;
    }

    @Override
    public void row(byte[] @Nullable [] values, int length) throws IOException {
      try {
        for (int i = 0; i < values.length; i++) {
          byte[] value = values[i];
          if (value == null) {
            statement.setNull(i + 1, java.sql.Types.VARCHAR);
          } else if (columns.get(i).isBytes()) {
            statement.setBytes(i + 1, value);
          } else {
            statement.setString(i + 1, new String(value, StandardCharsets.UTF_8));
          }
        }
        statement.addBatch();
        rows++;
        bytes += length;
        if (rows >= BATCH_ROWS || bytes >= BATCH_BYTES) {
          send();
        }
      } catch (SQLException e) {
        throw Session.error(e);
      }
    }

    void send() throws IOException {
      if (rows > 0) {
        try {
          int[] _ = statement.executeBatch();
        } catch (SQLException e) {
          throw Session.error(e);
        }
        rows = 0;
        bytes = 0;
      }
    }
  }
}
