package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
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
 * the repository under the new authority, then the ledger entry, a new epoch, and the deletion of
 * the old credentials ({@link Accession}). A crash before the new credential is stored leaves a
 * repository that reads as before and takes no change until this is run again; afterwards both open
 * it until it is.
 *
 * <p>Of several at the same time at most one ends well: each stores its grant and looks for those
 * of others before it stores a credential. Who sees another one takes back what it has stored.
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
   * @throws SalvorException CREDENTIAL_NEEDED, EPOCH_NOT_GRANTED, NOT_ERASABLE,
   *     LISTING_LAG_UNKNOWN; OBJECT_DAMAGED or OBJECT_LOST if something would be left out for good
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
    Succession succession = new Succession(storage, changes, memory, request, waiting, progress);
    return succession.run();
  }

  private ObjectId run() throws IOException, InterruptedException {
    Opener opener = request.opener();
    if (changes.erasable()) {
      Keys.requireDestroyable(opener);
    }
    if (!storage.traits().knowsLag()) {
      throw needed(
          ErrorCode.LISTING_LAG_UNKNOWN,
          "The authority cannot be succeeded in " + storage.address(),
          "Nobody knows how late objects may appear in its lists, so that some could be left out",
          "Use a storage that says so");
    }
    changes.refresh();
    Optional<ObjectId> finished = finish(opener);
    if (finished.isPresent()) {
      return finished.get();
    }
    Set<ObjectId> dead = unfinished(new byte[0]);
    requirePossible(opener);
    settle();
    try (SigningKey authority = SigningKey.generate(changes.random());
        SealingKey key = SealingKey.generate(changes.random())) {
      return new Attempt(authority, key, dead).run(opener);
    }
  }

  /**
   * As long as the ledger names no key object, half of a succession would stop everybody. What is
   * entered in the name of the authority before has to come before any announcement.
   */
  private void settle() throws IOException {
    if (!changes.ledgerRecord().isKept()
        && Announcement.of(keys.objects(), keys.payload().authority()).isEmpty()) {
      under(new AuthorityWatch(storage, keys), keys).settle();
    }
  }

  private KeyChanges under(Storage place, OpenedKeys opened) throws IOException {
    return new KeyChanges(
        place,
        opened,
        Ledger.read(place, opened.ring(), memory),
        request.erasable(),
        request.author(),
        changes::now,
        changes.random());
  }

  /** One successor, from its announcement on. */
  private final class Attempt {
    private final SigningKey authority;
    private final SealingKey key;
    private final Set<ObjectId> dead;
    private final Instant now = changes.now();
    private final ObjectId id = ObjectId.random(changes.random());
    private final ObjectId grant = ObjectId.random(changes.random());
    private final List<ObjectName> stored = new ArrayList<>();

    Attempt(SigningKey authority, SealingKey key, Set<ObjectId> dead) {
      this.authority = authority;
      this.key = key;
      this.dead = dead;
    }

    ObjectId run(Opener opener) throws IOException, InterruptedException {
      KeyObject credential;
      try {
        credential = prepare(opener);
      } catch (SalvorException | InterruptedException e) {
        takeBack(e);
        throw e;
      }
      // From here on it opens, and may be used: whatever happens, another run ends it.
      put(credential);
      await(storage.traits().listingLag());
      keys.reread(storage);
      if (Announcement.isAside(keys.objects(), keys.payload().authority(), grant)) {
        SalvorException e = another();
        if (!isEntered(opener)) {
          takeBack(e);
        }
        throw e;
      }
      try (OpenedKeys opened = unlocked(opener, id)) {
        end(accession(opened));
      }
      return id;
    }

    /** Whether somebody else with the same opener has ended it. */
    private boolean isEntered(Opener opener) throws IOException {
      if (storage.find(ObjectKind.GRANT.name(grant)).isEmpty()) {
        return false;
      }
      try (OpenedKeys opened = unlocked(opener, id)) {
        return accession(opened).isEntered();
      }
    }

    /** Stores what comes before the credential. */
    private KeyObject prepare(Opener opener) throws IOException, InterruptedException {
      ObjectId announced = ObjectId.random(changes.random());
      put(
          new Announcement(announced, authority.publicKey(), dead)
              .encode(now, keys.secrets().authority()));
      // As late as a writer may miss it, and as late as what that one then stored may show.
      await(storage.traits().listingLag().multipliedBy(2));
      changes.refresh();
      keys.renew(storage);
      requireAlone();
      requirePossible(opener);
      byte[] hashes = Census.take(storage, keys, changes.ledger(), progress);
      KeyObject census = Census.encode(ObjectId.random(changes.random()), hashes, now, authority);
      put(census);
      List<byte[]> earlier =
          new ArrayList<>(keys.payload().ancestry().map(Ancestry::authorities).orElse(List.of()));
      earlier.add(keys.payload().authority());
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
                  Optional.of(new Ancestry(census.id(), Sha256.of(census.encode()), earlier))),
              changes.random());
      Secrets own = keys.secrets();
      Secrets secrets = new Secrets(own.root(), authority, own.epochs(), own.sensitive());
      put(Grant.create(grant, id, key.publicHalf(), secrets, changes.random()).encode(authority));
      await(storage.traits().listingLag());
      keys.reread(storage);
      requireAlone();
      return credential.encode();
    }

    private void requireAlone() throws IOException {
      if (!dead.containsAll(unfinished(authority.publicKey()))) {
        throw another();
      }
    }

    private void put(KeyObject object) throws IOException {
      stored.add(object.name());
      Added _ = changes.put(object, "");
    }

    /** Nobody was told of it: the credential first, and the announcement last. */
    private void takeBack(Exception why) {
      for (ObjectName name : stored.reversed()) {
        try {
          storage.delete(name);
        } catch (IOException | SalvorException e) {
          why.addSuppressed(e);
          return;
        }
      }
    }
  }

  private void await(Duration lag) throws InterruptedException {
    if (!lag.isZero()) {
      waiting.forLists(lag);
    }
  }

  private Set<ObjectId> unfinished(byte[] own) throws IOException {
    return Announcement.unfinished(storage, keys.objects(), keys.payload().authority(), own);
  }

  /** With this credential and no other. */
  private OpenedKeys unlocked(Opener opener, ObjectId credential) throws IOException {
    Set<ObjectId> others = new TreeSet<>();
    keys.objects().credentials().forEach(c -> others.add(c.id()));
    others.remove(credential);
    return Keys.unlock(storage, opener, others, keys.named(), changes.random());
  }

  /**
   * What an earlier run with the same opener has left is ended. It is never taken away: whoever
   * knows the opener may have stored something under it.
   */
  private Optional<ObjectId> finish(Opener opener) throws IOException, InterruptedException {
    for (Credential left : List.copyOf(keys.objects().credentials())) {
      if (!left.open(opener).map(this::isSuccessors).orElse(false)) {
        continue;
      }
      await(storage.traits().listingLag());
      keys.reread(storage);
      try (OpenedKeys opened = unlocked(opener, left.id())) {
        end(accession(opened));
        return Optional.of(left.id());
      }
    }
    return Optional.empty();
  }

  private boolean isSuccessors(Credential.Payload payload) {
    payload.key().close();
    byte[] own = keys.payload().authority();
    return payload.ancestry().stream()
        .flatMap(ancestry -> ancestry.authorities().stream())
        .anyMatch(earlier -> Arrays.equals(earlier, own));
  }

  private Accession accession(OpenedKeys opened) throws IOException {
    return new Accession(storage, under(storage, opened));
  }

  /** Whether somebody has gone past it, who did not see its credential. */
  private boolean isAside(Accession accession) {
    return accession.grants().stream()
        .anyMatch(grant -> Announcement.isAside(keys.objects(), keys.payload().authority(), grant));
  }

  /** What follows once the successor's credential is there. */
  private void end(Accession accession) throws IOException {
    if (isAside(accession)) {
      throw another();
    }
    accession.run();
    if (!accession.stands()) {
      throw another();
    }
  }

  private void requirePossible(Opener opener) {
    // Whether the epochs are enough is told by the census: some may be of nobody's use.
    if (keys.sensitive() == null && !keys.table().epochs(Epoch::isSensitive).isEmpty()) {
      throw needed(
          ErrorCode.EPOCH_NOT_GRANTED,
          "This credential does not open everything that is to stay",
          "It was granted everything but the keys of sensitive content",
          "Use one that opens that, too; see `salvor key list`");
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

  private static SalvorException another() {
    return needed(
        ErrorCode.CREDENTIAL_NEEDED,
        "Somebody else is giving the repository another authority",
        "Another `salvor key rotate --authority` goes on, or was cut off just now",
        "Wait until it has ended, or run it again if it was cut off");
  }

  private static SalvorException needed(ErrorCode code, String message, String why, String remedy) {
    return new SalvorException(code, message, why, remedy);
  }
}
