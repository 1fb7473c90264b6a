package io.salvor.engine.keys;

import static java.util.stream.Collectors.joining;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SensitiveKeys;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes repositories and opens them (docs/format.md §3 and §4). */
public final class Keys {
  // Where a repository's objects lie: one of them without the object salvor is damage.
  private static final List<String> PREFIXES =
      List.of("keys/", "backups/", "ledger/", "index/", "sessions/", "packs/");

  private Keys() {}

  /**
   * Makes a repository with one credential: the keys first and the object {@code salvor} last, so
   * that nothing looks like a repository before it is one.
   *
   * @param label a name for the credential
   * @throws SalvorException REPOSITORY_EXISTS if there is one, or a part of one
   */
  public static KeyRing create(
      Storage storage,
      Opener opener,
      String label,
      Argon2id cost,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    return create(storage, opener, label, cost, false, random, clock);
  }

  /**
   * The same.
   *
   * @param erasable whether no credential may be behind a passphrase
   * @throws SalvorException NOT_ERASABLE if this one is
   */
  public static KeyRing create(
      Storage storage,
      Opener opener,
      String label,
      Argon2id cost,
      boolean erasable,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    if (erasable) {
      requireDestroyable(opener);
    }
    if (storage.find(RepositoryDescription.NAME).isPresent()) {
      throw isWhole(storage)
          ? exists(storage, "The object salvor is there", "Use it, or choose another place")
          : exists(
              storage,
              "The object salvor is there, and damaged",
              "Put it back from a copy; if only keys/ is beside it, an init did not finish: delete"
                  + " salvor and keys/ and run it again");
    }
    if (anyUnder(storage, PREFIXES)) {
      throw exists(
          storage,
          "There is no object salvor, but others of a repository are there",
          "If only keys/ is there, an init did not finish: delete keys/ and run it again");
    }
    Instant now = clock.instant();
    RepositoryDescription description =
        new RepositoryDescription(ObjectId.random(random), now, erasable);
    byte[] root = new byte[Secrets.ROOT_SIZE];
    random.nextBytes(root);
    SigningKey authority = SigningKey.generate(random);
    SealingKey epochKey = SealingKey.generate(random);
    ObjectId epochId = ObjectId.random(random);
    byte[] sensitiveRoot = new byte[Secrets.ROOT_SIZE];
    random.nextBytes(sensitiveRoot);
    SealingKey sensitiveKey = SealingKey.generate(random);
    ObjectId sensitiveId = ObjectId.random(random);
    Secrets secrets =
        new Secrets(
            root,
            authority,
            Map.of(epochId, epochKey),
            new Secrets.Sensitive(sensitiveRoot, Map.of(sensitiveId, sensitiveKey)));
    try (SealingKey credentialKey = SealingKey.generate(random)) {
      Credential credential =
          Credential.create(
              ObjectId.random(random),
              label,
              now,
              opener,
              cost,
              new Credential.Payload(
                  credentialKey, authority.publicKey(), Sha256.of(description.bytes())),
              random);
      Epoch epoch = new Epoch(epochId, epochKey.publicHalf(), now, Optional.empty(), null);
      Epoch sensitive =
          Epoch.sensitive(
              sensitiveId, sensitiveKey.publicHalf(), now, Optional.empty(), sensitiveRoot);
      Grant grant =
          Grant.create(
              ObjectId.random(random),
              credential.id(),
              credentialKey.publicHalf(),
              secrets,
              random);
      put(storage, credential.encode());
      put(storage, epoch.encode(authority));
      put(storage, sensitive.encode(authority));
      put(storage, grant.encode(authority));
    }
    storage.put(RepositoryDescription.NAME, description.bytes());
    return new KeyRing(
        DerivedKeys.of(root),
        Authority.of(authority.publicKey()),
        authority,
        secrets.epochs(),
        new KeyRing.Recipient(epochId, epochKey.publicHalf()),
        new SensitiveKeys(
            sensitiveRoot,
            Map.of(sensitiveId, sensitiveKey),
            new KeyRing.Recipient(sensitiveId, sensitiveKey.publicHalf())),
        List.of(),
        random);
  }

  /**
   * Reads the object {@code salvor}.
   *
   * @throws SalvorException REPOSITORY_MISSING if nothing of a repository is there;
   *     REPOSITORY_DAMAGED if it is damaged, or missing beside others; FORMAT_NEWER
   */
  public static RepositoryDescription describe(Storage storage) throws IOException {
    try {
      return RepositoryDescription.parse(storage.get(RepositoryDescription.NAME));
    } catch (NoSuchFileException e) {
      if (anyUnder(storage, PREFIXES)) {
        throw KeyDamage.repository(
            "The object salvor is missing in " + storage.address(),
            "Other objects of a repository are there",
            "`salvor repair --from <copy>` puts it back; if only keys/ is there, an init did not"
                + " finish");
      }
      throw new SalvorException(
          ErrorCode.REPOSITORY_MISSING,
          "There is no repository in " + storage.address(),
          "The object salvor is not there, nor any other",
          "Check the address, or run `salvor init`",
          e);
    }
  }

  /**
   * Opens a repository without asking its ledger, so that any damage of an epoch or a grant stops
   * everybody.
   *
   * @throws SalvorException as {@link #unlock}
   */
  public static KeyRing open(Storage storage, Opener opener, SecureRandom random)
      throws IOException {
    OpenedKeys opened = unlock(storage, opener, Set.of(), Set.of(), random);
    opened.requireWhole();
    return opened.ring();
  }

  /**
   * Opens a credential; every one that is intact is tried, the dearest last. What comes out is to
   * be held against the ledger, {@link OpenedKeys#audit}.
   *
   * @param without credentials that are passed over
   * @param named key objects that are asked for by their names, listed or not
   * @param random for the objects that the ring will make
   * @throws SalvorException as {@link #describe}; WRONG_CREDENTIAL if no intact credential is
   *     opened; CREDENTIAL_TOO_COSTLY if there are only such; KEY_DAMAGED if none is intact, or
   *     what it leads to is damaged
   */
  public static OpenedKeys unlock(
      Storage storage,
      Opener opener,
      Set<ObjectId> without,
      Set<ObjectName> named,
      SecureRandom random)
      throws IOException {
    byte[] description = describe(storage).bytes();
    KeyObjects objects = KeyObjects.read(storage, named);
    Map<ObjectId, Credential.Payload> opened = new LinkedHashMap<>();
    List<SalvorException> costly = new ArrayList<>();
    // Nobody signs what a credential costs: one that was planted must not be in the others' way.
    List<Credential> cheapFirst = new ArrayList<>(objects.credentials());
    cheapFirst.sort(Comparator.comparingLong(credential -> credential.protection().work()));
    for (Credential credential : cheapFirst) {
      if (without.contains(credential.id())) {
        continue;
      }
      try {
        credential.open(opener).ifPresent(payload -> opened.put(credential.id(), payload));
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.CREDENTIAL_TOO_COSTLY) {
          throw e;
        }
        costly.add(e);
      }
      if (!opened.isEmpty() && objects.announcements().isEmpty()) {
        break;
      }
    }
    int newest = opened.values().stream().mapToInt(Keys::generation).max().orElse(0);
    opened.values().removeIf(payload -> generation(payload) < newest);
    @Nullable SalvorException first = null;
    for (Map.Entry<ObjectId, Credential.Payload> one : opened.entrySet()) {
      try {
        return OpenedKeys.of(one.getKey(), one.getValue(), description, objects, random);
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.KEY_DAMAGED) {
          throw e;
        }
        // Of two successors at once with the same passphrase one may have left a credential alone.
        first =
            first == null
                ? AuthorityWatch.explained(e, objects, one.getValue().authority())
                : first;
      }
    }
    if (first != null) {
      throw first;
    }
    if (objects.credentials().isEmpty()) {
      throw objects.damaged().values().stream()
          .findFirst()
          .orElseGet(
              () ->
                  KeyDamage.lost(
                      "The repository in " + storage.address() + " has no credential",
                      "No object keys/*.credential is there"));
    }
    if (!costly.isEmpty() && costly.size() == objects.credentials().size()) {
      throw costly.getFirst();
    }
    long damaged =
        objects.damaged().keySet().stream()
            .filter(name -> ObjectKind.CREDENTIAL.idIn(name).isPresent())
            .count();
    throw new SalvorException(
        ErrorCode.WRONG_CREDENTIAL,
        opener.describe() + " does not open the repository in " + storage.address(),
        "No credential takes it, of "
            + objects.credentials().size()
            + (damaged == 0 ? "" : "; " + damaged + " more are damaged")
            + costly.stream().map(e -> "; " + e.getMessage() + ": " + e.why()).collect(joining()),
        (opener instanceof Passphrase
                ? "Check SALVOR_PASSWORD, SALVOR_PASSWORD_FILE or --password-file"
                : "Check --kms")
            + others(objects)
            + costly.stream().limit(1).map(e -> ". " + e.remedy()).collect(joining()));
  }

  /** The keys of key services that open it; who may read the storage may know their names. */
  private static String others(KeyObjects objects) {
    List<String> references = references(objects);
    return references.isEmpty()
        ? ""
        : "; keys that open it: --kms " + String.join(", --kms ", references);
  }

  /** The keys of key services that credentials are behind. */
  public static List<String> references(Storage storage) throws IOException {
    return references(KeyObjects.read(storage, Set.of()));
  }

  private static List<String> references(KeyObjects objects) {
    return objects.credentials().stream()
        .flatMap(
            c ->
                c.protection() instanceof Protection.Wrapped wrapped
                    ? Stream.of(wrapped.reference())
                    : Stream.empty())
        .distinct()
        .toList();
  }

  /** How many authorities there were before the one that a credential holds to. */
  private static int generation(Credential.Payload payload) {
    return payload.ancestry().map(ancestry -> ancestry.authorities().size()).orElse(0);
  }

  /**
   * Refuses what nobody can destroy.
   *
   * @throws SalvorException NOT_ERASABLE
   */
  static void requireDestroyable(Opener opener) {
    if (!(opener instanceof KmsKey)) {
      throw new SalvorException(
          ErrorCode.NOT_ERASABLE,
          "A passphrase cannot open an erasable repository",
          "Nobody can destroy it, so that what it opens could not be erased",
          "Name a key of a key service: --kms with init, --new-kms with key add");
    }
  }

  /**
   * Grants of epochs that are not there: of somebody who makes one just now, or died while making
   * it. Nobody needs them.
   */
  public static Set<ObjectName> unfinishedGrants(Storage storage, Authority authority)
      throws IOException {
    KeyTable table = KeyTable.of(KeyObjects.read(storage), authority);
    Set<ObjectId> there = table.epochs().keySet();
    Set<ObjectName> unfinished = new HashSet<>();
    for (Grant grant : table.grants().values()) {
      if (!there.containsAll(grant.epochs()) || !there.containsAll(grant.sensitive())) {
        unfinished.add(ObjectKind.GRANT.name(grant.id()));
      }
    }
    return unfinished;
  }

  /** What is wrong with the plain parts of the key objects; needs no passphrase. */
  public static List<SalvorException> damage(Storage storage) throws IOException {
    return List.copyOf(KeyObjects.read(storage).damaged().values());
  }

  private static void put(Storage storage, KeyObject object) throws IOException {
    storage.put(object.name(), object.encode());
  }

  private static boolean anyUnder(Storage storage, List<String> prefixes) throws IOException {
    AtomicBoolean any = new AtomicBoolean();
    for (String prefix : prefixes) {
      storage.list(prefix, info -> any.set(true));
      if (any.get()) {
        return true;
      }
    }
    return false;
  }

  /** A storage that does not publish objects whole may be left with half of one. */
  private static boolean isWhole(Storage storage) throws IOException {
    try {
      RepositoryDescription.parse(storage.get(RepositoryDescription.NAME));
      return true;
    } catch (SalvorException e) {
      return e.code() != ErrorCode.REPOSITORY_DAMAGED;
    }
  }

  private static SalvorException exists(Storage storage, String why, String remedy) {
    return new SalvorException(
        ErrorCode.REPOSITORY_EXISTS,
        "There is a repository in " + storage.address() + " already",
        why,
        remedy);
  }
}
