package io.salvor.cli.command;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What opens a repository, or will: a key of a key service, or a passphrase. */
final class Openers {
  private static final String NEW_PASSWORD = "SALVOR_NEW_PASSWORD";

  private Openers() {}

  /**
   * What {@code --kms} names, else the passphrase.
   *
   * @param made whether it is for a new repository: a person types a passphrase twice, and a key
   *     file that is missing is made
   */
  static Opener find(Session session, boolean made) {
    String kms = session.options().kms;
    return kms == null ? Passphrases.find(session, made) : kms(session, kms, made);
  }

  /**
   * What another repository is opened with: what is named for it, else what opens this one.
   *
   * @param options how the options are called, for whoever has used both
   */
  static Opener other(
      Session session, @Nullable Path passwordFile, @Nullable String kms, String options) {
    if (kms != null && passwordFile != null) {
      throw Words.usage(
          "A repository is opened with a passphrase or a key", "both are given: " + options);
    }
    if (kms != null) {
      return kms(session, kms, false);
    }
    return passwordFile == null
        ? find(session, false)
        : Passphrase.find(Optional.of(passwordFile), session.machine().environment()).orElseThrow();
  }

  /** That nothing is given to open a repository, with the keys that do, if there are any. */
  static SalvorException named(SalvorException missing, Storage storage) {
    List<String> keys;
    boolean only;
    try {
      only = Keys.describe(storage).erasable();
      keys = Keys.references(storage);
    } catch (IOException | SalvorException e) {
      // The first failure says more.
      return missing;
    }
    return keys.isEmpty()
        ? missing
        : new SalvorException(
            missing.code(),
            "Nothing is given that opens the repository in " + storage.address(),
            missing.why(),
            "say --kms "
                + String.join(" or --kms ", keys)
                + (only ? "" : "; or " + missing.remedy()),
            missing);
  }

  /** What a new credential is to be opened with. */
  static Opener findNew(Session session, @Nullable Path passwordFile, @Nullable String kms) {
    if (kms != null && passwordFile != null) {
      throw Words.usage(
          "A credential is behind a passphrase or a key",
          "both --new-password-file and --new-kms are given");
    }
    if (kms != null) {
      return kms(session, kms, true);
    }
    return Passphrases.findNew(session, Optional.ofNullable(passwordFile), NEW_PASSWORD);
  }

  private static Opener kms(Session session, String reference, boolean made) {
    SecureRandom random = session.machine().random().get();
    if (made && KeyServices.createIfMissing(reference, random)) {
      session.say("made the key " + reference + "; keep a copy of it apart from the repository");
    }
    return new KmsKey(KeyServices.open(reference, random));
  }
}
