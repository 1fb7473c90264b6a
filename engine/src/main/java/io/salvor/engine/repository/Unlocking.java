package io.salvor.engine.repository;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.AuthorityWatch;
import io.salvor.engine.keys.KeyAudit;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.OpenedKeys;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the credential that opens a repository and that its ledger has not withdrawn. */
final class Unlocking {
  private static final int MOST_READINGS = 3;

  private Unlocking() {}

  /** A credential that was opened, and found to be right by the ledger that it opens. */
  record Unlocked(OpenedKeys keys, AuthorityWatch watch, Ledger ledger) {}

  /**
   * Opens the keys. Where lists lag they may show what a rotation has stored last and not what it
   * had stored before, which looks like damage: that is looked at once more when they have caught
   * up.
   */
  static Unlocked unlock(
      Storage storage,
      Opener opener,
      Surroundings surroundings,
      LocalPlaces places,
      Progress progress)
      throws IOException {
    try {
      return unlock(storage, opener, surroundings.random(), places, progress);
    } catch (SalvorException e) {
      StorageTraits traits = storage.traits();
      if (e.code() != ErrorCode.KEY_DAMAGED || !traits.knowsLag() || traits.listingLag().isZero()) {
        throw e;
      }
      try {
        surroundings.sleeper().sleep(traits.listingLag());
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
        throw e;
      }
      return unlock(storage, opener, surroundings.random(), places, progress);
    }
  }

  private static Unlocked unlock(
      Storage storage, Opener opener, SecureRandom random, LocalPlaces places, Progress progress)
      throws IOException {
    Set<ObjectId> withdrawn = new HashSet<>();
    @Nullable SalvorException why = null;
    Set<ObjectName> named = Set.of();
    int behind = 0;
    while (true) {
      OpenedKeys keys;
      try {
        keys = Keys.unlock(storage, opener, withdrawn, named, random);
      } catch (SalvorException e) {
        throw why != null && e.code() == ErrorCode.WRONG_CREDENTIAL ? why : e;
      }
      try {
        keepLocally("where it is", progress, () -> places.settle(progress));
        AuthorityWatch watch = new AuthorityWatch(storage, keys);
        Ledger ledger = Ledger.read(watch, keys.ring(), places);
        KeyAudit audit = keys.audit(storage, ledger);
        if (!audit.behind()) {
          audit
              .issues()
              .forEach(
                  e -> progress.warn(e.code().code(), "keys", e.getMessage() + ": " + e.why()));
          return new Unlocked(keys, watch, ledger);
        }
        if (++behind == MOST_READINGS) {
          throw behind(storage);
        }
        // A list that lags, or hides a new epoch, would have this one seal to the epoch before.
        named = keys.named();
        keys.close();
      } catch (SalvorException e) {
        keys.close();
        if (e.code() != ErrorCode.CREDENTIAL_WITHDRAWN) {
          throw e;
        }
        // The same passphrase may open another credential.
        withdrawn.add(keys.credential());
        why = e;
      } catch (IOException | RuntimeException e) {
        keys.close();
        throw e;
      }
    }
  }

  private static SalvorException behind(Storage storage) {
    return new SalvorException(
        ErrorCode.STORAGE_FAILED,
        "The keys of the repository in " + storage.address() + " cannot all be read",
        "Objects that its ledger names are there, and are not given when they are asked for",
        "Run it again; if it stays so, check the disk or the service behind the storage");
  }

  /** Something that is kept on this machine. */
  interface LocalNote {
    void keep() throws IOException;
  }

  /** Opening does not fail because this machine can remember nothing. */
  static void keepLocally(String what, Progress progress, LocalNote note) throws IOException {
    try {
      note.keep();
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.LOCAL_STATE) {
        throw e;
      }
      progress.warn(e.code().code(), "", what + " cannot be remembered: " + e.why());
    }
  }
}
