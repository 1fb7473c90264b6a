package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.Step;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Troubles;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Captures what a plan is going to change or delete in a server's databases, and the triggers of
 * tables whose rows it changes, which are taken away meanwhile.
 */
final class DatabaseUndo implements Source {
  private static final PosixTime NO_TIME = new PosixTime(0, 0);

  private final PlanFile plan;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Names names;
  private final String address;
  private final Troubles troubles;

  DatabaseUndo(
      PlanFile plan,
      Endpoint endpoint,
      Passwords passwords,
      Names names,
      String address,
      Troubles troubles) {
    this.plan = plan;
    this.endpoint = endpoint;
    this.passwords = passwords;
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
    try (LiveDatabases live = LiveDatabases.open(endpoint, passwords, names);
        PlanFile.Steps steps = plan.steps()) {
      // By their keys, whether they are sensitive: there are as many as objects, never as rows.
      NavigableMap<Key, Boolean> keys = new TreeMap<>();
      for (Step step = steps.next(); step != null; step = steps.next()) {
        if (step.applies() && step.live() != null) {
          // What is known to be sensitive in the backup is so in what it replaces.
          Entry wanted = step.wanted();
          keys.put(step.key(), wanted != null && wanted.isSensitive());
          for (Key trigger : live.triggers(step.key())) {
            boolean _ = keys.putIfAbsent(trigger, false) == null;
          }
        }
      }
      for (Map.Entry<Key, Boolean> one : keys.entrySet()) {
        capture.progress().checkCancelled();
        one(capture, live, one.getKey(), one.getValue());
      }
    } catch (ServerError e) {
      throw troubles.told(e);
    }
  }

  /** What has gone since the plan was made will be reported as moved when it is applied. */
  private static void one(Capture capture, LiveDatabases live, Key key, boolean sensitive)
      throws IOException {
    Definition definition = live.definition(key);
    Table table = live.table(key);
    ContentSink sink = sensitive ? capture.sensitive() : capture.content();
    try {
      if (definition != null) {
        byte[] sql = definition.bytes();
        sink.write(sql, 0, sql.length);
        capture.put(key, definition.entry(NO_TIME, sink.finish()));
      } else if (table != null) {
        capture.put(key, TableCapture.of(live.session(), table, sink, NO_TIME));
      }
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      capture.fail(key, ErrorCode.ENTRY_UNREADABLE, e.said());
    }
  }

  @Override
  public void close() {}
}
