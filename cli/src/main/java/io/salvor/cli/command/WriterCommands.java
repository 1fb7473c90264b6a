package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.erasure.Withdrawals;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.WriterInfo;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.writer.Intake;
import io.salvor.engine.writer.Provenance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code salvor key writer}: write-only clients. */
record WriterCommands(KeyCommand command, Session session) {

  Exit run() throws IOException {
    String what = command.rest.isEmpty() ? "list" : command.rest.getFirst();
    return switch (what) {
      case "list" -> list();
      case "add" -> add();
      case "remove" -> remove();
      case "accept" -> accept();
      default ->
          throw Words.usage(
              "salvor key writer cannot \"" + what + "\"",
              "it is one of add, list, remove, accept");
    };
  }

  private Exit list() throws IOException {
    List<WriterInfo> writers = register(session.openToRead()).writers();
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.array("writers", () -> writers.forEach(w -> json.object(() -> write(w, json))));
    } else {
      Table table = new Table("WRITER", "HOST", "ADMITTED");
      for (WriterInfo w : writers) {
        table.row(w.id().toString().substring(0, 8), w.host(), session.time(w.created()));
      }
      table.print(session.text());
    }
    return Exit.DONE;
  }

  private Exit add() throws IOException {
    command.noMoreWords(1);
    String host = command.name;
    if (host == null || host.isBlank()) {
      throw Words.usage("A write-only client needs the name of its host", "--name is not given");
    }
    Repository repository = session.openToWrite();
    WriterInfo made;
    try (Opener opener = Openers.findNew(session, command.newPasswordFile, command.newKms)) {
      Argon2id cost = session.machine().guessCost().get();
      made = register(repository).addWriter(opener, host, cost);
    }
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object("writer", () -> write(made, json));
    } else {
      session
          .text()
          .line("admitted " + PlainText.of(host) + " as a write-only client: " + made.id());
    }
    return Exit.DONE;
  }

  private Exit remove() throws IOException {
    command.noMoreWords(2);
    Repository repository = session.openToWrite();
    KeyRegister register = register(repository);
    WriterInfo writer = byName(register, command.rest.get(1));
    // What it has sealed so far is named by the authority in the entry that withdraws it.
    Intake.Report report = Intake.run(repository, session.progress());
    List<LedgerEntry.Added> sealed =
        BackupList.read(repository).backups().stream()
            .filter(
                b ->
                    b.sealed()
                        && ObjectKind.MANIFEST
                            .idIn(b.object())
                            .filter(id -> id.high() == writer.id().high())
                            .isPresent())
            .map(b -> b.ledgerLine())
            .toList();
    Withdrawals.noteClient(repository, writer.credential(), session.machine().user());
    register.removeWriter(writer.id(), sealed);
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object("writer", () -> write(writer, json));
      json.field("backups", sealed.size());
      taken(report, json);
    } else {
      TextOutput out = session.text();
      out.line(
          "withdrew "
              + PlainText.of(writer.host())
              + "; "
              + HumanText.count(sealed.size(), "backup", "backups")
              + " of it stay");
      print(report, out);
    }
    return report.refused().isEmpty() ? Exit.DONE : Exit.DAMAGED;
  }

  private Exit accept() throws IOException {
    command.noMoreWords(1);
    Repository repository = session.openToWrite();
    Intake.Report taken = Intake.run(repository, session.progress());
    List<Intake.Refusal> refused = new ArrayList<>(taken.refused());
    refused.addAll(Provenance.check(repository, session.progress()));
    Intake.Report report = new Intake.Report(taken.packs(), taken.bytes(), refused);
    if (session.isJson()) {
      taken(report, session.json());
    } else {
      print(report, session.text());
    }
    return report.refused().isEmpty() ? Exit.DONE : Exit.DAMAGED;
  }

  private static void print(Intake.Report report, TextOutput out) {
    out.line(
        "read back and took in "
            + HumanText.count(report.packs(), "pack", "packs")
            + " of "
            + HumanText.size(report.bytes()));
    for (Intake.Refusal r : report.refused()) {
      out.line(
          out.bad("refused") + "  " + PlainText.of(r.host() + ": " + r.object() + ": " + r.why()));
    }
  }

  private static void taken(Intake.Report report, JsonDocument json) {
    json.field("packs", report.packs());
    json.field("bytes", report.bytes());
    json.array(
        "refused",
        () ->
            report
                .refused()
                .forEach(
                    r ->
                        json.object(
                            () -> {
                              json.field("host", r.host());
                              json.field("object", r.object().value());
                              json.field("message", r.why());
                              json.field("remedy", r.remedy());
                            })));
  }

  private static void write(WriterInfo writer, JsonDocument json) {
    json.field("id", writer.id().toString());
    json.field("host", writer.host());
    json.field("created", writer.created());
    json.field("credential", writer.credential().toString());
  }

  private static WriterInfo byName(KeyRegister register, String name) {
    List<WriterInfo> found =
        register.writers().stream()
            .filter(w -> w.host().equals(name) || w.id().toString().startsWith(name))
            .toList();
    if (name.isEmpty() || found.size() != 1) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_UNKNOWN,
          found.isEmpty()
              ? "There is no write-only client " + name
              : "More than one write-only client may be meant by " + name,
          found.isEmpty()
              ? "no host is named so, and no id begins so"
              : "they are "
                  + String.join(", ", found.stream().map(w -> w.host() + " " + w.id()).toList()),
          found.isEmpty() ? "see `salvor key writer list`" : "write the whole id");
    }
    return found.getFirst();
  }

  private KeyRegister register(Repository repository) {
    return KeyCommand.register(repository, session);
  }
}
