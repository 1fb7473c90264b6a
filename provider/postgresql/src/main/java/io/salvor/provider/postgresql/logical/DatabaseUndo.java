package io.salvor.provider.postgresql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.Step;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.LargeObjects.LargeObject;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.rows.RowChanges;
import java.io.IOException;
import java.util.Map;

/** Captures what a plan is going to change or delete in a database. */
final class DatabaseUndo implements Source {
  private static final PosixTime NO_TIME = new PosixTime(0, 0);

  private final PlanFile plan;
  private final Sessions sessions;
  private final DumpTool.Finder finder;
  private final Names names;
  private final String address;
  private final Troubles troubles;
  private final Differences differences;
  private final Map<Key, Swap> swaps;

  DatabaseUndo(
      PlanFile plan,
      Sessions sessions,
      DumpTool.Finder finder,
      Names names,
      String address,
      Troubles troubles,
      Differences differences,
      Map<Key, Swap> swaps) {
    this.swaps = swaps;
    this.differences = differences;
    this.plan = plan;
    this.sessions = sessions;
    this.finder = finder;
    this.names = names;
    this.address = address;
    this.troubles = troubles;
  }

  @Override
  public String provider() {
    return DatabaseProvider.NAME;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void capture(Capture capture) throws IOException {
    try (LiveDatabase live = LiveDatabase.open(sessions, finder, names);
        PlanFile.Steps steps = plan.steps()) {
      for (Step step = steps.next(); step != null && live != null; step = steps.next()) {
        capture.progress().checkCancelled();
        if (step.applies() && step.live() != null) {
          Differences.OfTable rows = differences.of(step.key());
          Swap swap = swaps.get(step.key());
          if (swap != null) {
            capture.put(
                step.key(),
                Entry.builder(EntryKind.TABLE)
                    .mtime(NO_TIME)
                    .content(0, ContentRef.EMPTY)
                    .attributes(swap.noted(step.live().entry().attributes()))
                    .build());
          } else if (rows == null) {
            one(capture, live, step);
          } else {
            rows(capture, step, step.live().entry(), rows);
          }
        }
      }
    } catch (ServerError e) {
      throw troubles.told(e);
    }
  }

  /** What is known to be sensitive in the backup is so in what it replaces. */
  private static ContentSink content(Capture capture, Step step) {
    Entry wanted = step.wanted();
    return wanted != null && wanted.isSensitive() ? capture.sensitive() : capture.content();
  }

  /** Only what becomes of single rows, the other way round. */
  private static void rows(Capture capture, Step step, Entry live, Differences.OfTable of)
      throws IOException {
    ContentSink sink = content(capture, step);
    long[] size = new long[1];
    of.changes()
        .each(
            change -> {
              byte[] line = RowChanges.line(change.reversed());
              sink.write(line, 0, line.length);
              size[0] += line.length;
            });
    Attributes attributes = live.attributes().with("changes", of.columns().columns().size());
    if (!of.encoding().isEmpty()) {
      attributes = attributes.with("encoding", of.encoding());
    }
    capture.put(
        step.key(),
        Entry.builder(EntryKind.TABLE)
            .mtime(NO_TIME)
            .content(size[0], sink.finish())
            .attributes(attributes)
            .build());
  }

  /** What has gone since the plan was made will be reported as moved when it is applied. */
  private static void one(Capture capture, LiveDatabase live, Step step) throws IOException {
    Key key = step.key();
    Definition definition = live.definition(key);
    Table table = live.table(key);
    LargeObject object = live.object(key);
    Sessions.run(live.connection(), "SAVEPOINT undo");
    ContentSink sink = content(capture, step);
    try {
      if (definition != null) {
        byte[] sql = definition.sql();
        sink.write(sql, 0, sql.length);
        capture.put(key, definition.entry(NO_TIME, live.position(key), sink.finish()));
      } else if (table != null) {
        capture.put(key, TableCapture.of(live.connection(), table, sink, NO_TIME));
      } else if (object != null) {
        capture.put(key, LargeObjects.read(live.connection(), object, sink, NO_TIME));
      }
      Sessions.run(live.connection(), "RELEASE SAVEPOINT undo");
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(live.connection(), "ROLLBACK TO SAVEPOINT undo; RELEASE SAVEPOINT undo");
      capture.fail(key, ErrorCode.ENTRY_UNREADABLE, Troubles.said(e));
    }
  }

  @Override
  public void close() {}
}
