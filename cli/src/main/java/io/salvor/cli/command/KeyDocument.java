package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.EpochInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.ReencryptReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Credentials and epochs, for people and for programs. */
final class KeyDocument {
  private static final int SHORT = 8;

  private KeyDocument() {}

  static void list(KeyRegister register, JsonDocument json) {
    json.array(
        "credentials",
        () -> register.credentials().forEach(c -> json.object(() -> credential(c, json))));
    json.array("epochs", () -> register.epochs().forEach(e -> json.object(() -> epoch(e, json))));
  }

  static void credential(CredentialInfo credential, JsonDocument json) {
    json.field("id", credential.id().toString());
    json.field("kind", credential.kind());
    json.field("label", credential.label());
    json.field("created", credential.created());
    json.field("kms", credential.kms());
    json.field("inUse", credential.inUse());
    json.field("epochs", credential.epochs().stream().map(ObjectId::toString).toList());
    json.field("sensitive", !credential.sensitive().isEmpty());
    json.field("writes", credential.newest());
  }

  static void epoch(EpochInfo epoch, JsonDocument json) {
    ObjectId predecessor = epoch.predecessor();
    json.field("id", epoch.id().toString());
    json.field("created", epoch.created());
    json.field("predecessor", predecessor == null ? null : predecessor.toString());
    json.field("newest", epoch.newest());
    json.field("sensitive", epoch.sensitive());
  }

  static void print(KeyRegister register, Session session) {
    TextOutput out = session.text();
    Table table =
        new Table("CREDENTIAL", "", "KIND", "LABEL", "MADE", ">EPOCHS", "WRITES", "SENSITIVE");
    for (CredentialInfo c : register.credentials()) {
      String kms = c.kms();
      table.row(
          c.id().toString().substring(0, SHORT),
          c.inUse() ? "in use" : "",
          kms == null ? c.kind() : kms,
          c.label(),
          session.time(c.created()),
          HumanText.count(c.epochs().size()),
          c.newest() ? "yes" : "no",
          c.sensitive().isEmpty() ? "no" : "yes");
    }
    table.print(out);
    out.line();
    Table epochs = new Table("EPOCH", "MADE", "");
    for (EpochInfo e : register.epochs()) {
      epochs.row(
          e.id().toString().substring(0, SHORT),
          session.time(e.created()),
          (e.newest() ? "newest" : "") + (e.sensitive() ? " of sensitive content" : ""));
    }
    epochs.print(out);
  }

  static void reencrypted(@Nullable ReencryptReport report, JsonDocument json) {
    if (report == null) {
      json.none("reencrypted");
      return;
    }
    json.object(
        "reencrypted",
        () -> {
          json.field("packs", report.packs());
          json.field("bytes", report.bytes());
          json.field("manifests", report.manifests());
          json.field("facts", report.facts());
          json.field("closedPacks", report.closed());
          json.array(
              "failures",
              () ->
                  report
                      .failures()
                      .forEach(
                          e ->
                              json.object(
                                  () -> {
                                    json.field("code", e.code().code());
                                    json.field("message", e.getMessage() + ": " + e.why());
                                  })));
        });
  }

  static void exposure(List<Exposure> exposure, JsonDocument json) {
    json.array("exposure", () -> exposure.forEach(e -> json.object(() -> exposure(e, json))));
  }

  private static void exposure(Exposure exposure, JsonDocument json) {
    json.field("epoch", exposure.epoch().id().toString());
    json.field("newest", exposure.epoch().newest());
    json.field("credentials", exposure.credentials().stream().map(ObjectId::toString).toList());
    json.field("packs", exposure.packs());
    json.field("bytes", exposure.bytes());
    json.field("backups", exposure.backups().stream().map(BackupId::text).toList());
    json.field("others", exposure.others());
    json.field("unnamedPacks", exposure.unnamed());
  }

  static void print(@Nullable ReencryptReport report, List<Exposure> exposure, Session session) {
    TextOutput out = session.text();
    if (report != null) {
      out.line(
          "sealed anew: "
              + HumanText.count(report.packs(), "pack", "packs")
              + " of "
              + HumanText.size(report.bytes())
              + ", "
              + HumanText.count(report.manifests(), "manifest", "manifests")
              + ", "
              + HumanText.count(report.facts(), "fact", "facts"));
      if (report.closed() > 0) {
        out.line(
            "left as they are: "
                + HumanText.count(report.closed(), "pack", "packs")
                + " with sensitive content, which this credential does not open");
      }
      report
          .failures()
          .forEach(
              e -> out.line(out.bad("not") + "  " + PlainText.of(String.valueOf(e.getMessage()))));
    }
    print(exposure, session);
  }

  static void print(List<Exposure> exposure, Session session) {
    TextOutput out = session.text();
    Table table =
        new Table(
            "SEALED TO", "", ">HELD BY", ">PACKS", ">SIZE", ">BACKUPS", ">OTHER", ">TO PRUNE");
    for (Exposure e : exposure) {
      table.row(
          e.epoch().id().toString().substring(0, SHORT),
          e.epoch().newest() ? "newest" : "",
          HumanText.count(e.credentials().size()),
          HumanText.count(e.packs()),
          HumanText.size(e.bytes()),
          HumanText.count(e.backups().size()),
          HumanText.count(e.others()),
          HumanText.count(e.unnamed()));
    }
    table.print(out);
    out.line(
        "who ever held an epoch opens what is sealed to it, here and in every copy; of packs to"
            + " prune the bytes are still there until `salvor prune`");
    out.line(
        "whoever ever held any reads the index and the ledger (names and sizes of blobs, ids and"
            + " addresses of backups), and if they can write the storage, can sign in its name");
  }

  /** What opens it, in words. */
  static String opener(CredentialInfo credential) {
    String kms = credential.kms();
    return PlainText.of(kms == null ? "a passphrase" : "the key " + kms);
  }
}
