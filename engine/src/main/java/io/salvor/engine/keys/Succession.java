package io.salvor.engine.keys;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives the repository another authority, so that whoever knows the one before cannot speak in its
 * name any more (docs/format.md §4). What opens the repository afterwards is one new credential;
 * all others are withdrawn.
 *
 * <p>Announce, wait until lists show what was stored before, count what there is, store what opens
 * the repository under the new authority, then the ledger entry, then delete the old credentials. A
 * crash before the new credential is stored leaves a repository that reads as before and takes no
 * change until this is run again; afterwards both open it until it is.
 */
public final class Succession {
  private final Storage storage;
  private final KeyChanges changes;
  private final OpenedKeys keys;
  private final LedgerMemory memory;
  private final Request request;
  private final Waiting waiting;
  private final Progress progress;

  /** How to wait for a storage whose lists lag. */
  public interface Waiting {
    void forLists(Duration lag) throws InterruptedException;
  }

  /**
   * What is asked for.
   *
   * @param opener what opens the new credential; must open none that is there
   * @param erasable whether no credential may be behind a passphrase
   * @param author who asks, for the ledger
   */
  public record Request(
      Opener opener, String label, Argon2id cost, boolean erasable, String author) {}

  private Succession(
      Storage storage,
      KeyChanges changes,
      LedgerMemory memory,
      Request request,
      Waiting waiting,
      Progress progress) {
    this.storage = storage;
    this.changes = changes;
    this.keys = changes.keys();
    this.memory = memory;
    this.request = request;
    this.waiting = waiting;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @param storage that nobody watches over, see {@link AuthorityWatch#unwatched}
   * @return the id of the new credential
   * @throws SalvorException CREDENTIAL_NEEDED, EPOCH_NOT_GRANTED, NOT_ERASABLE
   */
  public static ObjectId run(
      Storage storage,
      OpenedKeys keys,
      LedgerMemory memory,
      Request request,
      InstantSource clock,
      SecureRandom random,
      Waiting waiting,
      Progress progress)
      throws IOException, InterruptedException {
    Ledger ledger = Ledger.read(storage, keys.ring(), memory);
    KeyChanges changes =
        new KeyChanges(storage, keys, ledger, request.erasable(), request.author(), clock, random);
    return new Succession(storage, changes, memory, request, waiting, progress).run();
  }

  private ObjectId run() throws IOException, InterruptedException {
    Opener opener = request.opener();
    if (changes.erasable()) {
      Keys.requireDestroyable(opener);
    }
    changes.settle();
    Optional<ObjectId> finished = finish(opener);
    if (finished.isPresent()) {
      return finished.get();
    }
    requirePossible(opener);
    Instant now = changes.now();
    try (SigningKey authority = SigningKey.generate(changes.random());
        SealingKey key = SealingKey.generate(changes.random())) {
      List<Added> added = new ArrayList<>();
      added.add(changes.put(announcement(authority.publicKey(), now), ""));
      if (storage.traits().knowsLag()) {
        waiting.forLists(storage.traits().listingLag());
      }
      keys.reread(storage);
      byte[] hashes = Census.take(storage, keys, progress);
      ObjectId censusId = ObjectId.random(changes.random());
      KeyObject census = Census.encode(censusId, hashes, now, authority);
      added.add(changes.put(census, ""));
      List<byte[]> earlier =
          new ArrayList<>(keys.payload().ancestry().map(Ancestry::authorities).orElse(List.of()));
      earlier.add(keys.payload().authority());
      ObjectId id = ObjectId.random(changes.random());
      Credential credential =
          Credential.create(
              id,
              request.label(),
              now,
              opener,
              request.cost(),
              new Credential.Payload(
                  key,
                  authority.publicKey(),
                  keys.payload().description(),
                  Optional.of(new Ancestry(censusId, Sha256.of(census.encode()), earlier))),
              changes.random());
      Secrets own = keys.secrets();
      Secrets secrets = new Secrets(own.root(), authority, own.epochs(), own.sensitive());
      Grant grant = changes.grant(id, key.publicHalf(), secrets);
      added.add(changes.put(grant.encode(authority), id.toString()));
      List<ObjectName> old = old();
      // From here on it opens.
      added.add(changes.put(credential.encode(), request.label()));
      enter(opener, added, old, now);
      changes.delete(old);
      return id;
    }
  }

  /**
   * What an earlier run with the same opener has left: ended, if the ledger has its entry; else
   * taken away, for nobody was told of it.
   */
  private Optional<ObjectId> finish(Opener opener) throws IOException {
    for (Credential left : List.copyOf(keys.objects().credentials())) {
      if (!left.open(opener).map(this::isSuccessors).orElse(false)) {
        continue;
      }
      Set<ObjectId> others = new TreeSet<>();
      keys.objects().credentials().forEach(c -> others.add(c.id()));
      others.remove(left.id());
      ObjectName name = ObjectKind.CREDENTIAL.name(left.id());
      try (OpenedKeys opened = Keys.unlock(storage, opener, others, changes.random())) {
        Ledger ledger = Ledger.read(storage, opened.ring(), memory);
        if (KeyRecord.of(ledger).existing().containsKey(name)) {
          under(opened, ledger).settle();
          return Optional.of(left.id());
        }
      }
      changes.delete(List.of(name));
    }
    return Optional.empty();
  }

  private boolean isSuccessors(Credential.Payload payload) {
    byte[] own = keys.payload().authority();
    return payload.ancestry().stream()
        .flatMap(ancestry -> ancestry.authorities().stream())
        .anyMatch(earlier -> Arrays.equals(earlier, own));
  }

  /** Changes in the name of the new authority. */
  private KeyChanges under(OpenedKeys opened, Ledger ledger) {
    return new KeyChanges(
        storage,
        opened,
        ledger,
        request.erasable(),
        request.author(),
        changes::now,
        changes.random());
  }

  private void requirePossible(Opener opener) {
    if (!keys.epochs().containsAll(ids(false)) || !keys.sensitiveEpochs().containsAll(ids(true))) {
      throw needed(
          ErrorCode.EPOCH_NOT_GRANTED,
          "This credential does not open everything that is to stay",
          "Some epochs were not granted to it",
          "Use one that opens them all, sensitive content too; see `salvor key list`");
    }
    if (!new Admissions(changes).list().isEmpty()) {
      throw needed(
          ErrorCode.CREDENTIAL_NEEDED,
          "There are write-only clients, which the authority has admitted",
          "They could not tell its successor from somebody else",
          "Take in what they have stored with `salvor key writer accept`, remove them with `salvor"
              + " key writer remove`, and add them again afterwards");
    }
    for (Credential credential : keys.objects().credentials()) {
      if (credential.open(opener).isPresent()) {
        throw needed(
            ErrorCode.CREDENTIAL_NEEDED,
            opener.describe() + " opens the repository already",
            "Whoever put back what is there now would not be noticed",
            "Name a new passphrase or a new key");
      }
    }
  }

  private List<ObjectId> ids(boolean sensitive) {
    return keys.table().epochs().values().stream()
        .filter(epoch -> epoch.isSensitive() == sensitive)
        .map(Epoch::id)
        .toList();
  }

  private static SalvorException needed(ErrorCode code, String message, String why, String remedy) {
    return new SalvorException(code, message, why, remedy);
  }

  private KeyObject announcement(byte[] successor, Instant now) {
    ObjectId id = ObjectId.random(changes.random());
    byte[] message =
        new CborWriter().map().key(0).bytes(successor).key(1).time(now).end().toByteArray();
    return new KeyObject(
        ObjectKind.AUTHORITY,
        id,
        SignedMessage.sign(keys.secrets().authority(), ObjectKind.AUTHORITY, id, message));
  }

  /** The credentials and grants under the authority before. */
  private List<ObjectName> old() {
    return keys.objects().hashes().keySet().stream()
        .filter(
            name ->
                ObjectKind.CREDENTIAL.idIn(name).isPresent()
                    || ObjectKind.GRANT.idIn(name).isPresent())
        .toList();
  }

  /**
   * What was stored is opened as everybody will open it, before the ledger gives up the rest; what
   * is written from then on is sealed to an epoch that the authority before did not know.
   */
  private void enter(Opener opener, List<Added> added, List<ObjectName> old, Instant now)
      throws IOException {
    Set<ObjectId> without = new TreeSet<>();
    old.forEach(name -> ObjectKind.CREDENTIAL.idIn(name).ifPresent(without::add));
    try (OpenedKeys opened = Keys.unlock(storage, opener, without, changes.random())) {
      Ledger ledger = Ledger.read(storage, opened.ring(), memory);
      List<String> removed = old.stream().map(ObjectName::value).toList();
      LedgerChange change = new LedgerChange(added, removed, List.of());
      ledger.append(change, now, request.author(), changes.random());
      EpochInfo _ = new Rotation(under(opened, ledger)).run();
    }
  }
}
