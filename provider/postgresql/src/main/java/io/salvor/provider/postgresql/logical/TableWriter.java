package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Gives a table the rows that it is to have: in one transaction, after a look whether it still has
 * those that the plan was made for.
 */
final class TableWriter {
  private final Names names;
  private final Supply supply;
  private final Check check;
  private final Progress progress;
  private final Outcomes outcomes;

  TableWriter(Names names, Supply supply, Check check, Progress progress, Outcomes outcomes) {
    this.names = names;
    this.supply = supply;
    this.check = check;
    this.progress = progress;
    this.outcomes = outcomes;
  }

  /** The table of a key, whose entry says which columns it has. */
  Table table(Key key, Entry entry) {
    Names.Name name = names.of(key);
    if (name == null) {
      List<byte[]> parts = key.parts();
      name =
          new Names.Name(
              new String(parts.get(1), StandardCharsets.UTF_8),
              new String(parts.get(2), StandardCharsets.UTF_8));
    }
    Attributes attributes = entry.attributes();
    return new Table(
        name.schema(),
        name.table(),
        name.quoted(),
        attributes.text("columns"),
        attributes.text("condition"),
        true,
        entry.size());
  }

  /** Applies a step, and tells what became of it. */
  void write(ServerConnection connection, long number, Step step) throws IOException {
    progress.checkCancelled();
    progress.current(step.key().toString());
    try {
      transaction(connection, number, step);
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK");
      outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, Troubles.said(e));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK");
      outcomes.failed(number, step, e.code(), e.getMessage() + ": it was left as it is");
    }
  }

  private void transaction(ServerConnection connection, long number, Step step) throws IOException {
    Table table = table(step.key(), step.entry());
    Sessions.run(connection, "BEGIN");
    Sessions.run(connection, "LOCK TABLE ONLY " + table.quoted() + " IN EXCLUSIVE MODE");
    if (!isAsPlanned(connection, step)) {
      Sessions.run(connection, "ROLLBACK");
      outcomes.moved(number, step, "its rows have been changed since the plan was made");
      return;
    }
    if (step.live() != null) {
      // Nobody can make one any more: the table is locked.
      String unasked = Triggers.unasked(connection, table.quoted(), false);
      if (!unasked.isEmpty()) {
        Sessions.run(connection, "ROLLBACK");
        outcomes.failed(
            number,
            step,
            ErrorCode.ENTRY_NOT_RESTORED,
            "it was left as it is, for it would change other rows too by " + unasked);
        return;
      }
      Sessions.run(connection, "DELETE FROM ONLY " + table.quoted() + " " + table.condition());
    }
    Entry wanted = step.wanted();
    if (wanted == null) {
      Sessions.run(connection, "COMMIT");
      outcomes.removed(number, step);
      return;
    }
    RowDigest digest = copy(connection, table, step.key(), wanted);
    if (check != Check.METADATA) {
      digest =
          Tables.read(
              connection,
              table,
              wanted.attributes().text("encoding"),
              (bytes, length) -> progress.checkCancelled());
    }
    if (!digest.sum().equals(wanted.attributes().text("digest"))) {
      Sessions.run(connection, "ROLLBACK");
      outcomes.failed(
          number,
          step,
          ErrorCode.RESTORE_MISMATCH,
          "its rows read back other than they were written, and it was left as it is; a trigger may"
              + " have changed them");
      return;
    }
    Sessions.run(connection, "COMMIT");
    outcomes.done(number, step, LiveDatabase.fingerprint(digest));
  }

  /** Whether a table has the rows that a step was planned for. */
  boolean isAsPlanned(ServerConnection connection, Step step) throws IOException {
    LiveItem planned = step.live();
    if (planned == null) {
      Table table = table(step.key(), step.entry());
      return connection
          .query(
              "SELECT 1 AS one FROM ONLY " + table.quoted() + " " + table.condition() + " LIMIT 1")
          .isEmpty();
    }
    Table table = table(step.key(), planned.entry());
    RowDigest digest =
        Tables.read(
            connection,
            table,
            planned.entry().attributes().text("encoding"),
            (bytes, length) -> progress.checkCancelled());
    return LiveDatabase.fingerprint(digest).equals(planned.fingerprint());
  }

  /** Gives an empty table its rows. */
  RowDigest copy(ServerConnection connection, Table table, Key key, Entry wanted)
      throws IOException {
    RowDigest digest = new RowDigest();
    Exchange exchange =
        connection.send(
            table.write(wanted.attributes().text("columns"), wanted.attributes().text("encoding")));
    Copy copy = exchange.copy();
    try {
      supply.read(
          key,
          wanted,
          (bytes, length) -> {
            progress.checkCancelled();
            digest.add(bytes, 0, length);
            copy.send(bytes, 0, length);
            progress.advance(0, length);
          });
    } catch (IOException | RuntimeException e) {
      copy.fail("the rest cannot be read from the repository");
      try {
        exchange.end();
      } catch (ServerError told) {
        // That it was told to give up.
      }
      throw e;
    }
    copy.done();
    exchange.end();
    return digest;
  }
}
