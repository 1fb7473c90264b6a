package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.Exit;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import picocli.CommandLine.Option;

/** {@code salvor init}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor init --repo /srv/backups --password-file ~/.salvor-password",
      "  SALVOR_REPO=/srv/backups salvor init     (asks for the passphrase, twice)",
      "  salvor init --repo /srv/backups --kms kms:file:/etc/salvor/key     (makes the key)",
      "",
      "Without the passphrase, or the key, nothing can be read back, by nobody: keep it apart from the machine."
    })
final class InitCommand implements Command {
  @Option(
      names = "--erasable",
      description = "let backups be erased for good; needs --kms, and takes no passphrases")
  boolean erasable;

  @Override
  public Exit run(Session session) throws IOException {
    String address = session.repositoryAddress();
    try (Opener opener = Openers.find(session, true);
        Storage storage = Storages.create(address);
        LocalState local =
            LocalState.openOrTemporary(
                session.machine().environment(), session.machine().home(), e -> {})) {
      Argon2id cost = Argon2id.calibrated(session.machine().nanos());
      RepositoryDescription made =
          Repository.create(
              storage,
              opener,
              session.machine().user() + "@" + session.machine().host().get(),
              cost,
              erasable,
              session.surroundings(local));
      if (session.isJson()) {
        JsonDocument json = session.json();
        json.field("id", made.id().toString());
        json.field("location", storage.address());
        json.field("created", made.created());
        json.field("format", RepositoryDescription.FORMAT);
        json.field("erasable", made.erasable());
      } else {
        session.text().line("made the repository " + made.id() + " in " + storage.address());
      }
    }
    return Exit.DONE;
  }
}
