package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.erasure.Withdrawals;
import io.salvor.engine.error.Exit;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.EpochInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.ReencryptReport;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor key}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor key list",
      "  salvor key add --new-password-file /root/other-password --label \"the office safe\"",
      "  salvor key add --new-kms kms:file:/etc/salvor/key",
      "  salvor key add --new-password-file /root/operators --without-sensitive",
      "  salvor key remove 3f2a --yes",
      "  salvor key add --new-password-file /root/new --replace     change the passphrase",
      "  salvor key rotate                  what is written from now on has another key",
      "  salvor key rotate --reencrypt      and what was written before, too",
      "  salvor key rotate --authority --new-password-file /root/new     shut a thief out for good",
      "  salvor key list --exposure         what a credential that leaked still opens",
      "  salvor key writer add --name web1 --new-password-file /root/web1-password",
      "  salvor key writer accept           read back what such machines have stored",
      "",
      "A passphrase that has become known: add another, remove the known one, rotate. What was",
      "written before stays readable to who knows it and can read the storage."
    })
final class KeyCommand implements Command {
  @Parameters(
      index = "0",
      arity = "1",
      paramLabel = "<command>",
      description = "list, add, remove, rotate or writer")
  String what = "";

  @Parameters(
      index = "1..*",
      paramLabel = "<credential|client>",
      description = "remove: the credential; writer: add, list, remove or accept, and the client")
  List<String> rest = new ArrayList<>();

  @Option(
      names = "--new-password-file",
      paramLabel = "<file>",
      description =
          "add: a file with the new passphrase; also SALVOR_NEW_PASSWORD; on a terminal it is asked"
              + " for, twice")
  @Nullable Path newPasswordFile;

  @Option(
      names = "--new-kms",
      paramLabel = "<key>",
      description = "add: a key of a key service, such as kms:file:/path, instead of a passphrase")
  @Nullable String newKms;

  @Option(
      names = "--label",
      paramLabel = "<text>",
      description = "add: a name; anybody can read it")
  @Nullable String label;

  @Option(
      names = "--name",
      paramLabel = "<host>",
      description = "writer add: the host that the write-only client backs up, and no other")
  @Nullable String name;

  @Option(
      names = "--replace",
      description = "add: then remove the credential that this command was opened with")
  boolean replace;

  @Option(
      names = "--without-sensitive",
      description = "add: one that does not open what was backed up with --sensitive")
  boolean withoutSensitive;

  @Option(
      names = "--exposure",
      description = "list: what is sealed to which epoch; reads the header of every pack")
  boolean exposure;

  @Option(
      names = "--reencrypt",
      description = "rotate: also seal to the new epoch what was written before")
  boolean reencrypt;

  @Option(
      names = "--authority",
      description =
          "rotate: also who signs; the new passphrase or key is the only one that opens the"
              + " repository afterwards, and nothing counts that an old one signs")
  boolean authority;

  @Option(
      names = "--resume",
      description = "rotate --reencrypt: make no new epoch, go on with what was interrupted")
  boolean resume;

  @Option(names = "--yes", description = "remove: also the credential that is in use")
  boolean yes;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    switch (what) {
      case "list" -> list(session);
      case "add" -> add(session);
      case "remove" -> remove(session);
      case "rotate" -> {
        return rotate(session);
      }
      case "writer" -> {
        return new WriterCommands(this, session).run();
      }
      default ->
          throw Words.usage(
              "salvor key cannot \"" + what + "\"",
              "it is one of list, add, remove, rotate, writer");
    }
    return Exit.DONE;
  }

  private void list(Session session) throws IOException {
    noMoreWords(0);
    Repository repository = session.openToRead();
    KeyRegister register = register(repository, session);
    List<Exposure> found =
        exposure ? Exposure.of(repository, register, session.progress()) : List.of();
    if (session.isJson()) {
      KeyDocument.list(register, session.json());
      if (exposure) {
        KeyDocument.exposure(found, session.json());
      }
    } else {
      KeyDocument.print(register, session);
      if (exposure) {
        session.text().line();
        KeyDocument.print(found, session);
      }
    }
  }

  private void add(Session session) throws IOException {
    noMoreWords(0);
    Repository repository = session.openToWrite();
    KeyRegister register = register(repository, session);
    List<CredentialInfo> before = register.credentials();
    CredentialInfo made;
    try (Opener opener = Openers.findNew(session, newPasswordFile, newKms)) {
      Argon2id cost = session.machine().guessCost().get();
      made = register.add(opener, label(session), cost, !withoutSensitive);
    }
    List<CredentialInfo> replaced =
        replace ? before.stream().filter(CredentialInfo::inUse).toList() : List.of();
    Withdrawals.note(repository, register, replaced, author(session));
    for (CredentialInfo old : replaced) {
      register.remove(old.id(), true);
    }
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object("credential", () -> KeyDocument.credential(made, json));
      json.field("removed", replaced.stream().map(c -> c.id().toString()).toList());
    } else {
      TextOutput out = session.text();
      out.line("added the credential " + made.id() + ", " + KeyDocument.opener(made));
      replaced.forEach(old -> out.line("removed the credential " + old.id()));
    }
  }

  private void remove(Session session) throws IOException {
    noMoreWords(1);
    Repository repository = session.openToWrite();
    KeyRegister register = register(repository, session);
    CredentialInfo removed = register.byPrefix(rest.getFirst());
    register.requireRemovable(removed.id(), yes);
    Withdrawals.note(repository, register, List.of(removed), author(session));
    register.remove(removed.id(), yes);
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.field("removed", List.of(removed.id().toString()));
      json.array(
          "credentials",
          () ->
              register
                  .credentials()
                  .forEach(c -> json.object(() -> KeyDocument.credential(c, json))));
    } else {
      TextOutput out = session.text();
      out.line("removed the credential " + removed.id());
      out.line(
          "who knows it, and has or gets the storage's bytes as they were, still opens what was"
              + " written so far: see `salvor key rotate`");
    }
  }

  private Exit rotate(Session session) throws IOException, InterruptedException {
    noMoreWords(0);
    if (authority) {
      return succeed(session);
    }
    if (resume && !reencrypt) {
      throw Words.usage("--resume goes with --reencrypt", "there is nothing else to go on with");
    }
    @Nullable EpochInfo made = resume ? null : makeEpoch(session);
    // Opened after it was made, for what is opened seals to the newest epoch that it has seen.
    Repository repository = session.openToWrite();
    ReencryptReport report =
        reencrypt ? Reencryption.run(repository, author(session), session.progress()) : null;
    KeyRegister register = repository.keyRegister(author(session));
    List<Exposure> exposure = Exposure.of(repository, register, session.progress());
    EpochInfo newest =
        register.epochs().stream()
            .filter(e -> e.newest() && !e.sensitive())
            .findFirst()
            .orElseThrow();
    if (session.isJson()) {
      JsonDocument json = session.json();
      json.object("epoch", () -> KeyDocument.epoch(newest, json));
      json.field("credentials", register.credentials().size());
      KeyDocument.reencrypted(report, json);
      KeyDocument.exposure(exposure, json);
    } else {
      TextOutput out = session.text();
      if (made != null) {
        out.line(
            "made the epoch "
                + made.id()
                + ", granted to "
                + HumanText.count(register.credentials().size(), "credential", "credentials")
                + "; what is written from now on is sealed to it");
      }
      KeyDocument.print(report, exposure, session);
    }
    return report == null || report.failures().isEmpty() ? Exit.DONE : Exit.DAMAGED;
  }

  private Exit succeed(Session session) throws IOException, InterruptedException {
    if (reencrypt || resume) {
      throw Words.usage(
          "--authority stands alone",
          "what the new credential opens is another run's business",
          "run `salvor key rotate --reencrypt` with the new credential afterwards");
    }
    Repository repository = session.openToWrite();
    ObjectId made;
    try (Opener opener = Openers.findNew(session, newPasswordFile, newKms)) {
      Argon2id cost = session.machine().guessCost().get();
      KeyRegister register = register(repository, session);
      Withdrawals.noteAll(repository, register, author(session));
      made =
          repository.succeedAuthority(
              opener, label(session), cost, author(session), session.progress());
    }
    session.progress().close();
    if (session.isJson()) {
      session.json().field("credential", made.toString());
    } else {
      TextOutput out = session.text();
      out.line("the repository has a new authority; the credential " + made + " opens it");
      out.line(
          "all others are withdrawn: add those that are still wanted with `salvor key add`; copies"
              + " have to be made anew, in new places");
    }
    return Exit.DONE;
  }

  private String label(Session session) {
    return label == null ? author(session) : label;
  }

  private static EpochInfo makeEpoch(Session session) throws IOException {
    try (Repository repository = session.openToWriteAlone()) {
      return repository.keyRegister(author(session)).rotate();
    }
  }

  void noMoreWords(int wanted) {
    if (rest.size() > wanted) {
      throw Words.usage(
          "salvor key " + what + " takes no \"" + rest.get(wanted) + "\"",
          "it is one word too many");
    }
    if (rest.size() < wanted) {
      throw Words.usage("salvor key " + what + " needs a credential", "no id is given");
    }
  }

  static KeyRegister register(Repository repository, Session session) {
    return repository.keyRegister(author(session));
  }

  private static String author(Session session) {
    return session.machine().user() + "@" + session.machine().host().get();
  }
}
