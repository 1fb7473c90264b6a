package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** A backup as JSON. */
final class BackupDocument {
  private final String location;
  private final Instant now;

  /**
   * For the backups of one repository.
   *
   * @param location the repository's address
   */
  BackupDocument(String location, Instant now) {
    this.location = location;
    this.now = now;
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
    json.field("description", m.label().description());
    json.field("tags", m.label().tags());
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
    json.field("lifecycle", lifecycle(m));
    json.array("holds", () -> holds(m, json));
    json.none("proof");
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

  private String lifecycle(Manifest m) {
    if (m.undo() == null) {
      return "retained";
    }
    return m.undo().heldUntil().isAfter(now) ? "held" : "expired";
  }

  private static void holds(Manifest m, JsonDocument json) {
    Manifest.UndoOf undo = m.undo();
    if (undo != null) {
      json.object(
          () -> {
            json.field("reason", "undo of restore " + undo.restore());
            json.field("until", undo.heldUntil());
          });
    }
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
