package io.salvor.provider.mongodb.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.Step;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.ServerError;
import io.salvor.provider.mongodb.Troubles;
import java.io.IOException;

/** Captures what a plan is going to change or delete in a server's databases. */
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
      for (Step step = steps.next(); step != null; step = steps.next()) {
        capture.progress().checkCancelled();
        if (step.applies() && step.live() != null) {
          one(capture, live, step.key());
        }
      }
    } catch (ServerError e) {
      throw troubles.told(e);
    }
  }

  /** What has gone since the plan was made will be reported as moved when it is applied. */
  private static void one(Capture capture, LiveDatabases live, Key key) throws IOException {
    Definition definition = live.definition(key);
    Collection collection = live.collection(key);
    ContentSink sink = capture.content();
    try {
      if (definition != null) {
        byte[] text = definition.bytes();
        sink.write(text, 0, text.length);
        capture.put(key, definition.entry(NO_TIME, sink.finish()));
      } else if (collection != null) {
        capture.put(key, Documents.capture(live.server(), collection, null, sink, NO_TIME));
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
