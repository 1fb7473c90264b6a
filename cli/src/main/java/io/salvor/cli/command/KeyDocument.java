package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.EpochInfo;
import io.salvor.engine.keys.KeyRegister;

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
    json.field("writes", credential.newest());
  }

  static void epoch(EpochInfo epoch, JsonDocument json) {
    ObjectId predecessor = epoch.predecessor();
    json.field("id", epoch.id().toString());
    json.field("created", epoch.created());
    json.field("predecessor", predecessor == null ? null : predecessor.toString());
    json.field("newest", epoch.newest());
  }

  static void print(KeyRegister register, Session session) {
    TextOutput out = session.text();
    Table table = new Table("CREDENTIAL", "", "KIND", "LABEL", "MADE", ">EPOCHS", "WRITES");
    for (CredentialInfo c : register.credentials()) {
      String kms = c.kms();
      table.row(
          c.id().toString().substring(0, SHORT),
          c.inUse() ? "in use" : "",
          kms == null ? c.kind() : kms,
          c.label(),
          session.time(c.created()),
          HumanText.count(c.epochs().size()),
          c.newest() ? "yes" : "no");
    }
    table.print(out);
    out.line();
    Table epochs = new Table("EPOCH", "MADE", "");
    for (EpochInfo e : register.epochs()) {
      epochs.row(
          e.id().toString().substring(0, SHORT),
          session.time(e.created()),
          e.newest() ? "newest" : "");
    }
    epochs.print(out);
  }

  /** What opens it, in words. */
  static String opener(CredentialInfo credential) {
    String kms = credential.kms();
    return PlainText.of(kms == null ? "a passphrase" : "the key " + kms);
  }
}
