package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.retention.Candidate;
import io.salvor.engine.retention.Decision;
import io.salvor.engine.retention.RetentionPlan;
import java.time.ZoneId;

/** What became of backups, or would, as JSON. */
final class ForgetDocument {
  private ForgetDocument() {}

  static void write(
      RetentionPlan plan, String rules, ZoneId zone, boolean dryRun, JsonDocument json) {
    int gone = plan.forgotten().size();
    json.field("dryRun", dryRun);
    json.field("rules", rules);
    json.field("timezone", zone.getId());
    json.field("kept", plan.decisions().size() - (long) gone);
    json.field("forgotten", gone);
    json.array("backups", () -> plan.decisions().forEach(d -> json.object(() -> write(d, json))));
  }

  private static void write(Decision d, JsonDocument json) {
    Candidate c = d.backup();
    json.field("id", c.id().text());
    json.field("source", c.source());
    json.field("host", c.host());
    json.field("type", c.type().word());
    json.field("status", c.status().word());
    json.field("started", c.started());
    json.field("keep", d.keep());
    json.field("reasons", d.reasons());
  }
}
