package io.salvor.engine.erasure;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.CredentialStanding;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open what is to be erased: those that credentials are behind, and those that
 * credentials were behind that have been withdrawn. Whoever holds the storage writes what a
 * credential says of its key; so it is believed only if the ledger has the credential's hash, or
 * the key opens it.
 */
final class OldKeys {
  private static final int MOST_ROUNDS = 5;

  private final Repository repository;
  private final ErasureRequest request;
  private final Outcome outcome;
  private final Progress progress;

  OldKeys(Repository repository, ErasureRequest request, Outcome outcome, Progress progress) {
    this.repository = repository;
    this.request = request;
    this.outcome = outcome;
    this.progress = progress;
  }

  /**
   * Makes sure of each that it is what it seems to be, and another than what opens the rest
   * afterwards. Destroys nothing.
   *
   * @param successor the credential that stays; null if there is none yet
   * @throws SalvorException ERASURE_UNFINISHED, naming the credential; CREDENTIAL_NEEDED
   */
  void require(KeyRegister register, @Nullable ObjectId successor) throws IOException {
    for (CredentialInfo old : register.credentials()) {
      String kms = old.kms();
      boolean own = request.successor().service().reference().equals(kms);
      if (old.id().equals(successor) || (successor == null && own)) {
        continue;
      }
      CredentialStanding standing = register.standing(old.id());
      switch (standing) {
        case NEVER_STORED -> {}
        case GONE ->
            throw outcome.unfinished("the object of the credential " + old.id() + " is gone");
        case EXCHANGED ->
            throw outcome.unfinished(
                "the credential " + old.id() + " was exchanged: the ledger names another object");
        case NAMED, UNNAMED -> require(register, old, standing == CredentialStanding.NAMED);
      }
    }
    for (String earlier : Withdrawals.of(repository).keys()) {
      try (KeyService service = KeyServices.open(earlier, repository.random())) {
        requireApart(service);
      } catch (SalvorException e) {
        if (!isOutOfReach(e)) {
          throw e;
        }
      }
    }
  }

  /** Whether a key cannot be asked: it is gone, its service does not answer, or is not known. */
  private static boolean isOutOfReach(SalvorException e) {
    return e.code() == ErrorCode.KMS_FAILED || e.code() == ErrorCode.USAGE;
  }

  private void require(KeyRegister register, CredentialInfo old, boolean named) {
    String kms = old.kms();
    if (kms == null) {
      throw outcome.unfinished("the credential " + old.id() + " is behind no key");
    }
    try (KmsKey key = new KmsKey(KeyServices.open(kms, repository.random()))) {
      if (key.service().isDestroyed()) {
        if (!named) {
          throw outcome.unfinished("nothing shows what the credential " + old.id() + " is behind");
        }
        outcome.destroyed().add(kms);
        return;
      }
      if (!register.opens(old.id(), key)) {
        throw outcome.unfinished(
            "the credential " + old.id() + " does not open with the key " + kms + " that it names");
      }
      requireApart(key.service());
    } catch (SalvorException e) {
      throw isOutOfReach(e)
          ? outcome.unfinished(
              "of the credential " + old.id() + ": " + e.getMessage() + ": " + e.why())
          : e;
    }
  }

  /**
   * One key may have two names: a link to its file, or a copy of it. What the old one opens the new
   * one must not.
   */
  private void requireApart(KeyService old) {
    KeyService successor = request.successor().service();
    boolean sameName = old.reference().equals(successor.reference());
    SortedMap<String, String> context = new TreeMap<>(Map.of("purpose", "probe"));
    if (!sameName
        && (old.isDestroyed()
            || successor.unwrap(old.wrap(new byte[32], context), context).isEmpty())) {
      return;
    }
    throw new SalvorException(
        ErrorCode.CREDENTIAL_NEEDED,
        "The key " + successor.reference() + " cannot open alone what stays",
        sameName
            ? "It opens what is to be erased, too"
            : "It is the key " + old.reference() + " under another name",
        "Name a new key");
  }

  /**
   * Destroys them all, and withdraws their credentials; also those that somebody adds meanwhile.
   *
   * @param successor the credential that stays
   */
  void destroy(KeyRegister register, ObjectId successor) throws IOException, InterruptedException {
    progress.phase("destroy");
    // Until they are told of as destroyed, whoever is cut off here finds them again.
    SortedSet<String> earlier = Withdrawals.of(repository).keys();
    int round = 1;
    for (List<CredentialInfo> old = others(register, successor); !old.isEmpty(); round++) {
      if (round > MOST_ROUNDS) {
        throw outcome.unfinished("somebody adds credentials all the time");
      }
      require(register, successor);
      Withdrawals.note(repository, register, old, request.author());
      SortedSet<String> keys = new TreeSet<>();
      for (CredentialInfo one : old) {
        if (register.standing(one.id()) != CredentialStanding.NEVER_STORED && one.kms() != null) {
          keys.add(one.kms());
        }
      }
      keys.forEach(this::destroy);
      earlier.removeAll(keys);
      register.withdraw(old.stream().map(CredentialInfo::id).collect(Collectors.toSet()));
      // Whoever adds one, and has not seen this entry, shows in lists after that.
      repository.awaitListings();
      repository.awaitListings();
      register.refresh();
      old = others(register, successor);
    }
    for (String key : earlier) {
      try {
        destroy(key);
      } catch (SalvorException e) {
        if (!isOutOfReach(e)) {
          throw e;
        }
        outcome.unreached().add(key);
      }
    }
    for (ObjectId unknown : Withdrawals.of(repository).unknown()) {
      outcome.unreached().add("what the credential " + unknown + " was behind");
    }
  }

  private static List<CredentialInfo> others(KeyRegister register, ObjectId successor) {
    List<CredentialInfo> others = new ArrayList<>(register.credentials());
    others.removeIf(one -> one.id().equals(successor));
    return others;
  }

  private void destroy(String reference) {
    try (KeyService service = KeyServices.open(reference, repository.random())) {
      if (!service.isDestroyed()) {
        service.destroy();
      }
      if (!service.isDestroyed()) {
        throw outcome.unfinished("the key " + reference + " is still there");
      }
      outcome.destroyed().add(reference);
    }
  }

  /** The credentials of which it is known here that what they open is closed in the end. */
  Set<ObjectId> known(KeyRegister register) {
    Set<ObjectId> known =
        register.credentials().stream().map(CredentialInfo::id).collect(Collectors.toSet());
    for (String removed : repository.ledger().removed()) {
      ObjectKind.CREDENTIAL.idIn(new ObjectName(removed)).ifPresent(known::add);
    }
    return known;
  }
}
