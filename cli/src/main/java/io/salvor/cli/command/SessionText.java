package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.prune.FoundSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A backup at work as people and programs see it. */
final class SessionText {
  private SessionText() {}

  static String of(FoundSession session, Session invocation) {
    SessionRecord.Open open = session.open();
    if (open == null) {
      return "session " + session.id() + ", whose opening cannot be read,";
    }
    String sign =
        session.lastSign().map(time -> ", last heard of " + invocation.age(time)).orElse("");
    return "backup " + open.backup() + " of " + open.host() + ":" + open.source() + sign;
  }

  static void write(FoundSession session, JsonDocument json) {
    SessionRecord.Open open = session.open();
    @Nullable Instant lastSign = session.lastSign().orElse(null);
    json.field("session", session.id().toString());
    json.field("backup", open == null ? null : open.backup().text());
    json.field("host", open == null ? null : open.host());
    json.field("source", open == null ? null : open.source());
    json.field("started", open == null ? null : open.started());
    json.field("lastSign", lastSign);
  }
}
