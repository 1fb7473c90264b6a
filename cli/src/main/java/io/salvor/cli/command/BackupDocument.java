package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Proof;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** A backup as JSON. */
final class BackupDocument {
  private final String location;
  private final Instant now;
  private final Facts facts;

  /**
   * For the backups of one repository.
   *
   * @param facts what is known of them
   */
  BackupDocument(Repository repository, Facts facts) {
    this.location = repository.storage().address();
    this.now = repository.now();
    this.facts = facts;
  }

  /** Writes the fields of the backup's object, which the caller has begun. */
  void write(Backup backup, JsonDocument json) {
    Manifest m = backup.manifest();
    json.field("id", m.id().text());
    json.field("status", m.status().word());
    json.field("type", m.lineage().type().word());
    json.field("source", m.origin().source());
    json.field("provider", m.origin().provider());
    json.field("host", m.origin().host());
    json.field("group", m.origin().group().isEmpty() ? null : m.origin().group());
    json.field("description", m.label().description());
    json.field("tags", facts.labels(backup));
    json.field("started", m.started());
    json.field("finished", m.finished());
    json.field("durationMs", Duration.between(m.started(), m.finished()).toMillis());
    Manifest.Counts entries = m.entries();
    json.object(
        "entries",
        () -> {
          json.field("total", entries.total());
          json.field("added", entries.added());
          json.field("changed", entries.changed());
          json.field("removed", entries.removed());
          json.field("failed", entries.failed());
        });
    Manifest.Volume bytes = m.bytes();
    json.object(
        "bytes",
        () -> {
          json.field("read", bytes.read());
          json.field("logical", bytes.logical());
          json.field("added", bytes.added());
          json.field("stored", bytes.stored());
        });
    json.array("components", () -> m.components().forEach(c -> component(c, json)));
    json.field("checksum", "sha256:" + backup.checksum());
    json.field("parent", m.lineage().parent() == null ? null : m.lineage().parent().text());
    json.field("base", m.lineage().base() == null ? null : m.lineage().base().text());
    json.field("location", location);
    json.none("region");
    json.none("account");
    json.none("tenant");
    json.field("createdBy", m.origin().createdBy());
    json.none("retention");
    json.object(
        "encryption",
        () -> {
          json.field("algorithm", "AES-256-GCM");
          json.field("epoch", m.epoch().toString());
        });
    json.field("version", m.software());
    json.field("lifecycle", lifecycle(backup));
    json.array("holds", () -> holds(backup, json));
    proof(backup, json);
    json.field("undoOf", m.undo() == null ? null : m.undo().restore());
    json.array("errors", () -> m.failures().forEach(f -> failure(f, json)));
  }

  /** Writes an array of warnings. */
  static void warnings(List<Source.Warning> warnings, JsonDocument json) {
    json.array(
        "warnings",
        () ->
            warnings.forEach(
                w ->
                    json.object(
                        () -> {
                          json.field("code", w.code());
                          json.field("key", w.key());
                          json.field("message", w.message());
                        })));
  }

  private String lifecycle(Backup backup) {
    Manifest.UndoOf undo = backup.manifest().undo();
    if (!facts.holds(backup.id()).isEmpty()) {
      return "held";
    }
    if (undo == null) {
      return "retained";
    }
    return undo.heldUntil().isAfter(now) ? "held" : "expired";
  }

  private void holds(Backup backup, JsonDocument json) {
    Manifest.UndoOf undo = backup.manifest().undo();
    if (undo != null) {
      json.object(
          () -> {
            json.field("reason", "undo of restore " + undo.restore());
            json.none("by");
            json.none("since");
            json.field("until", undo.heldUntil());
          });
    }
    for (ActiveHold hold : facts.holds(backup.id())) {
      json.object(
          () -> {
            json.field("reason", hold.reason());
            json.field("by", hold.author());
            json.field("since", hold.since());
            json.none("until");
          });
    }
  }

  private void proof(Backup backup, JsonDocument json) {
    Proof proof = facts.proof(backup.id());
    if (proof == null) {
      json.none("proof");
      return;
    }
    json.object(
        "proof",
        () -> {
          json.field("verified", proof.verified());
          json.field(
              "depth",
              proof.depth() == null ? null : proof.depth().name().toLowerCase(Locale.ROOT));
          json.field("restored", proof.restored());
          json.field("durationMs", proof.took().toMillis());
        });
  }

  private static void component(Manifest.Component c, JsonDocument json) {
    json.object(
        () -> {
          json.field("name", c.name());
          json.field("kind", c.kind());
          json.field("status", c.status().word());
          json.field("entries", c.entries());
          json.field("bytes", c.bytes());
          json.field("checksum", "sha256:" + HexFormat.of().formatHex(c.checksum()));
        });
  }

  private static void failure(Manifest.Failure f, JsonDocument json) {
    json.object(
        () -> {
          json.field("key", Key.decode(f.key()).toString());
          json.field("code", f.code());
          json.field("message", f.message());
        });
  }
}
