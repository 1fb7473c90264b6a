package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may open the repository, and the changes to it. For one thread.
 *
 * <p>Each change is durable, and in the ledger, when its method returns. A crash in the middle
 * leaves a repository that every credential opens as before: what was put and is in no ledger entry
 * is completed by nobody and harms nobody. A changed epoch is used by those who open the repository
 * afterwards.
 */
public final class KeyRegister {
  private final KeyChanges changes;
  private final OpenedKeys keys;
  private final Admissions admissions;

  /**
   * The register of an opened repository.
   *
   * @param erasable whether no credential may be behind a passphrase
   * @param author who makes the changes, for the ledger
   */
  public KeyRegister(
      Storage storage,
      OpenedKeys keys,
      Ledger ledger,
      boolean erasable,
      String author,
      InstantSource clock,
      SecureRandom random) {
    this.keys = keys;
    this.changes = new KeyChanges(storage, keys, ledger, erasable, author, clock, random);
    this.admissions = new Admissions(changes);
  }

  /** The credentials to which the authority has granted the secrets, oldest first. */
  public List<CredentialInfo> credentials() {
    Optional<ObjectId> newest = keys.table().newest().map(Epoch::id);
    List<CredentialInfo> infos = new ArrayList<>();
    for (Member member : changes.members().values()) {
      Optional<Credential> object = changes.credential(member.id());
      infos.add(
          new CredentialInfo(
              member.id(),
              object.map(Credential::label).orElse("(its object is damaged or gone)"),
              object.map(Credential::created).orElse(Instant.EPOCH),
              object
                  .map(Credential::protection)
                  .flatMap(p -> Optional.ofNullable(reference(p)))
                  .orElse(null),
              member.id().equals(keys.credential()),
              List.copyOf(member.epochs()),
              List.copyOf(member.sensitive()),
              newest.isPresent() && member.epochs().contains(newest.get())));
    }
    infos.sort(Comparator.comparing(CredentialInfo::created).thenComparing(CredentialInfo::id));
    return infos;
  }

  /** What can be said of a credential's object. */
  public CredentialStanding standing(ObjectId id) {
    @Nullable Member member = changes.members().get(id);
    return member == null ? CredentialStanding.GONE : changes.standing(member);
  }

  /** Whether a key opens a credential's object: then the credential is behind it, and says so. */
  public boolean opens(ObjectId id, Opener opener) {
    Optional<Credential.Payload> payload = changes.credential(id).flatMap(c -> c.open(opener));
    payload.ifPresent(opened -> opened.key().close());
    return payload.isPresent();
  }

  /** Reads again what others have changed. */
  public void refresh() throws IOException {
    changes.refresh();
  }

  /** The epochs, oldest first; those of sensitive content after all others. */
  public List<EpochInfo> epochs() {
    Optional<ObjectId> newest = keys.table().newest().map(Epoch::id);
    Optional<ObjectId> newestSensitive = newestSensitive();
    return keys.table().epochs().values().stream()
        .sorted(
            Comparator.comparing(Epoch::isSensitive)
                .thenComparing(Epoch::created)
                .thenComparing(Epoch::id))
        .map(
            e ->
                new EpochInfo(
                    e.id(),
                    e.created(),
                    e.predecessor().orElse(null),
                    (e.isSensitive() ? newestSensitive : newest).filter(e.id()::equals).isPresent(),
                    e.isSensitive()))
        .toList();
  }

  /** Who does not open what is sensitive cannot tell who has made an epoch of it. */
  private Optional<ObjectId> newestSensitive() {
    Secrets.@Nullable Sensitive secrets = keys.sensitive();
    return (secrets == null
            ? keys.table().newest(Epoch::isSensitive)
            : keys.table().newestSensitive(secrets.root()))
        .map(Epoch::id);
  }

  /**
   * The credential whose id begins so.
   *
   * @throws SalvorException CREDENTIAL_UNKNOWN
   */
  public CredentialInfo byPrefix(String prefix) {
    List<CredentialInfo> found =
        credentials().stream().filter(c -> c.id().toString().startsWith(prefix)).toList();
    if (prefix.isEmpty() || found.size() != 1) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_UNKNOWN,
          "There is no credential " + prefix,
          found.isEmpty() ? "No id begins so" : found.size() + " ids begin so",
          "See `salvor key list` for the ids");
    }
    return found.getFirst();
  }

  /**
   * Adds a credential that can open everything that this one can.
   *
   * @param cost of a passphrase
   */
  public CredentialInfo add(Opener opener, String label, Argon2id cost) throws IOException {
    return add(opener, label, cost, true);
  }

  /**
   * Adds a credential.
   *
   * @param sensitive whether it opens sensitive content, as far as this one does
   */
  public CredentialInfo add(Opener opener, String label, Argon2id cost, boolean sensitive)
      throws IOException {
    if (changes.erasable()) {
      Keys.requireDestroyable(opener);
    }
    changes.settle();
    Secrets own = keys.secrets();
    ObjectId id = ObjectId.random(changes.random());
    try (SealingKey key = SealingKey.generate(changes.random())) {
      Credential credential =
          Credential.create(
              id, label, changes.now(), opener, cost, changes.payload(key), changes.random());
      Grant grant = changes.grant(id, key.publicHalf(), sensitive ? own : own.withoutSensitive());
      // The grant first: a credential that is there opens at once, or not at all.
      List<Added> added = new ArrayList<>();
      added.add(changes.put(grant.encode(own.authority()), id.toString()));
      added.add(changes.put(credential.encode(), label));
      changes.requireOpens(id, opener);
      try {
        changes.enter(added, List.of());
      } catch (SalvorException e) {
        if (e.code() == ErrorCode.CREDENTIAL_WITHDRAWN) {
          changes.delete(added.stream().map(line -> new ObjectName(line.object())).toList());
        }
        throw e;
      }
    }
    return info(id);
  }

  /**
   * Makes a new epoch, and a credential to which nothing but it is granted: who destroys what opens
   * the others, destroys what only they open. A credential of the same key that was made for this
   * before, and holds the newest epoch alone, is used again.
   *
   * @throws SalvorException CREDENTIAL_NEEDED if the key opens more already; SENSITIVE_NOT_GRANTED
   *     if others open sensitive content and this credential does not
   */
  public CredentialInfo succeed(KmsKey opener, String label) throws IOException {
    changes.settle();
    List<CredentialInfo> made =
        credentials().stream().filter(c -> opener.service().reference().equals(c.kms())).toList();
    return info(new Rotation(changes).succeed(opener, label, made));
  }

  /**
   * Withdraws a credential: the ledger says so before its objects are deleted.
   *
   * @param evenInUse whether it may be the one that was opened now
   * @throws SalvorException CREDENTIAL_NEEDED if no other could open the repository, or what is
   *     sensitive in it, or it is in use and nobody has said that it may go
   */
  public void remove(ObjectId id, boolean evenInUse) throws IOException {
    requireRemovable(id, evenInUse);
    List<ObjectName> names = new ArrayList<>(List.of(ObjectKind.CREDENTIAL.name(id)));
    names.addAll(changes.grantsOf(id));
    changes.enter(List.of(), names);
    changes.delete(names);
  }

  /** Refuses what {@link #remove} refuses, and changes nothing. */
  public void requireRemovable(ObjectId id, boolean evenInUse) throws IOException {
    changes.settle();
    List<Member> others =
        changes.members().values().stream()
            .filter(m -> !m.id().equals(id) && changes.isUsable(m))
            .toList();
    if (others.isEmpty()) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The credential " + id + " is the last one",
          "Without it nobody could open the repository any more",
          "Add another one first, with `salvor key add`");
    }
    @Nullable Member removed = changes.members().get(id);
    if (removed != null
        && !removed.sensitive().isEmpty()
        && others.stream().allMatch(m -> m.sensitive().isEmpty())) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The credential " + id + " is the last one that opens sensitive content",
          "Without it nobody could read that any more",
          "Open the repository with it, and add another one first with `salvor key add`");
    }
    if (id.equals(keys.credential()) && !evenInUse) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The credential " + id + " is the one in use",
          "What opened the repository now would not open it again",
          "Open the repository with another one, or say --yes");
    }
  }

  /**
   * Withdraws these, the one in use among them, when what they are behind is destroyed.
   *
   * @throws SalvorException CREDENTIAL_NEEDED if no other is there
   */
  public void withdraw(Set<ObjectId> ids) throws IOException {
    if (changes.members().values().stream()
        .allMatch(m -> ids.contains(m.id()) || !changes.isUsable(m))) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "These credentials are the last ones",
          "Without them nobody could open the repository any more",
          "Add another one first, with `salvor key add`");
    }
    List<ObjectName> names = new ArrayList<>();
    for (ObjectId id : ids) {
      names.add(ObjectKind.CREDENTIAL.name(id));
      names.addAll(changes.grantsOf(id));
    }
    changes.withdraw(names);
  }

  /**
   * Makes a new epoch and grants it to every credential, to the public half that the authority has
   * signed; and one of sensitive content, if this credential opens it, to those that do. Who opens
   * the repository from now on writes to them; nothing is rewritten.
   */
  public EpochInfo rotate() throws IOException {
    return new Rotation(changes).run();
  }

  /** The write-only clients that are admitted, oldest first. */
  public List<WriterInfo> writers() {
    return admissions.list();
  }

  /**
   * Admits a write-only client, which backs up one host and can read nothing that is backed up.
   *
   * @param opener what its credential is opened with
   */
  public WriterInfo addWriter(Opener opener, String host, Argon2id cost) throws IOException {
    return admissions.add(opener, host, cost);
  }

  /**
   * Withdraws a write-only client. What it seals from now on counts for nobody; what it has sealed
   * so far does, for the same entry of the ledger names it under the authority's signature. Its
   * admission stays where it is, for by it the signatures are checked.
   *
   * @param sealed what the ledger says of its manifests
   */
  public void removeWriter(ObjectId id, List<Added> sealed) throws IOException {
    admissions.remove(id, sealed);
  }

  private CredentialInfo info(ObjectId id) {
    return credentials().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }

  private static @Nullable String reference(Protection protection) {
    return protection instanceof Protection.Wrapped wrapped ? wrapped.reference() : null;
  }
}
