package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.util.List;
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
      "Without the passphrase, or the key, nothing can be read back, by nobody: keep it apart from"
          + " the machine."
    })
final class InitCommand implements Command {
  @Option(
      names = "--erasable",
      description = "let backups be erased for good; needs --kms, and takes no passphrases")
  boolean erasable;

  @Option(
      names = "--yes",
      description = "also where this machine has seen a repository and an empty directory is now")
  boolean yes;

  @Override
  public Exit run(Session session) throws IOException {
    String address = session.repositoryAddress();
    if (erasable && session.options().kms == null) {
      throw Words.usage(
          "`salvor init --erasable` needs --kms",
          "nobody can destroy a passphrase, so what it opens could not be erased",
          "say --kms kms:file:/some/where/else/key, which is made if it is missing");
    }
    requireNotAway(new CopyPlace(address, session), session);
    try (Opener opener = Openers.find(session, true);
        Storage storage = Storages.create(address);
        LocalState local =
            LocalState.openOrTemporary(
                session.machine().environment(), session.machine().home(), e -> {})) {
      Argon2id cost = session.machine().guessCost().get();
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

  /** An empty directory where a repository was may be a mount point whose disk is away. */
  private void requireNotAway(CopyPlace place, Session session) throws IOException {
    if (yes || !place.isGone()) {
      return;
    }
    String why = "this machine has seen a repository there, and now there is an empty directory";
    if (session.console().isInteractive() && !session.isJson()) {
      List<String> before = List.of(place.address() + ": " + why + ".");
      if (TerminalPrompt.yes(session, before, "Make a new repository there? [y/N] ")) {
        return;
      }
    }
    throw new SalvorException(
        ErrorCode.STORAGE_UNREACHABLE,
        "The repository in " + place.address() + " cannot be reached",
        why,
        "mount what belongs there; if it is lost, or was deleted, make a new one with --yes");
  }
}
