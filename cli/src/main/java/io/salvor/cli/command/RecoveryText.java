package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.provider.postgresql.recovery.ClusterTarget;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.server.OsUser;
import java.nio.file.Path;

/**
 * What a person and a script are told of a recovery.
 *
 * @param user whom the server runs as
 */
record RecoveryText(ClusterTarget target, Path data, OsUser user) implements RestoreSteps.Outcome {

  @Override
  public void print(TextOutput out) {
    target.outcome().ifPresent(outcome -> print(outcome, out));
  }

  private void print(Recovery.Outcome outcome, TextOutput out) {
    String where = PlainText.of(data.toString());
    out.line("  recovered " + goal(outcome));
    if (outcome.port() != 0) {
      out.line("  the server is running and paused, read-only, at 127.0.0.1:" + outcome.port());
      out.line("  to let it go on from there: SELECT pg_wal_replay_resume()");
      out.line("  to end it: pg_ctl stop -D " + where);
      return;
    }
    out.line(
        "  checked "
            + HumanText.count(outcome.checked().databases(), "database", "databases")
            + (outcome.checked().amcheck()
                ? ", " + HumanText.count(outcome.checked().indexes(), "index", "indexes")
                : "; amcheck is not installed, so no index was checked"));
    out.line("  start it with pg_ctl start -D " + where + (user.uid() < 0 ? "" : ", as its owner"));
  }

  static String goal(Recovery.Outcome outcome) {
    String last =
        outcome.lastCommit().isEmpty() ? "" : "; the last commit is of " + outcome.lastCommit();
    return (outcome.stopped().isEmpty() ? "to the end" : "and stopped " + outcome.stopped()) + last;
  }

  @Override
  public void write(JsonDocument json) {
    target.outcome().ifPresentOrElse(outcome -> write(outcome, json), () -> json.none("recovery"));
  }

  static void write(Recovery.Outcome outcome, JsonDocument json) {
    json.object(
        "recovery",
        () -> {
          json.field("stopped", RestoreDocument.emptyIsNull(outcome.stopped()));
          json.field("lastCommit", RestoreDocument.emptyIsNull(outcome.lastCommit()));
          json.field("segments", outcome.segments());
          json.field("databases", outcome.checked().databases());
          json.field("indexes", outcome.checked().indexes());
          json.field("amcheck", outcome.checked().amcheck());
          json.field("paused", outcome.port() != 0);
          json.field("port", outcome.port());
        });
  }
}
