package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final Storage storage;
  private final OpenedKeys keys;
  private final Ledger ledger;
  private final String author;
  private final InstantSource clock;
  private final SecureRandom random;
  private final boolean erasable;

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
    this.storage = storage;
    this.keys = keys;
    this.ledger = ledger;
    this.erasable = erasable;
    this.author = author;
    this.clock = clock;
    this.random = random;
  }

  /** The credentials to which the authority has granted the secrets, oldest first. */
  public List<CredentialInfo> credentials() {
    Optional<ObjectId> newest = keys.table().newest().map(Epoch::id);
    List<CredentialInfo> infos = new ArrayList<>();
    for (Member member : members().values()) {
      Optional<Credential> object = object(member.id());
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
              newest.isPresent() && member.epochs().contains(newest.get())));
    }
    infos.sort(Comparator.comparing(CredentialInfo::created).thenComparing(CredentialInfo::id));
    return infos;
  }

  /** The epochs, oldest first. */
  public List<EpochInfo> epochs() {
    Optional<ObjectId> newest = keys.table().newest().map(Epoch::id);
    return keys.table().epochs().values().stream()
        .sorted(Comparator.comparing(Epoch::created).thenComparing(Epoch::id))
        .map(
            e ->
                new EpochInfo(
                    e.id(),
                    e.created(),
                    e.predecessor().orElse(null),
                    newest.filter(e.id()::equals).isPresent()))
        .toList();
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
    if (erasable) {
      Keys.requireDestroyable(opener);
    }
    settle();
    ObjectId id = ObjectId.random(random);
    try (SealingKey key = SealingKey.generate(random)) {
      Credential.Payload payload =
          new Credential.Payload(key, keys.payload().authority(), keys.payload().description());
      Credential credential =
          Credential.create(id, label, clock.instant(), opener, cost, payload, random);
      Grant grant = grant(id, key.publicHalf(), keys.secrets());
      // The grant first: a credential that is there opens at once, or not at all.
      List<Added> added = new ArrayList<>();
      added.add(put(grant.encode(keys.secrets().authority()), id.toString()));
      added.add(put(credential.encode(), label));
      requireOpens(id, opener);
      record(added, List.of());
    }
    return credentials().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }

  /**
   * Makes a new epoch, and a credential to which nothing but it is granted: who destroys what opens
   * the others, destroys what only they open. A credential of the same key that was made for this
   * before, and holds the newest epoch alone, is used again.
   */
  public CredentialInfo succeed(KmsKey opener, String label) throws IOException {
    settle();
    Optional<CredentialInfo> made =
        credentials().stream()
            .filter(c -> opener.service().reference().equals(c.kms()))
            .findFirst();
    if (made.isPresent()) {
      // Only this method leaves others with more epochs than the newest, which it holds alone.
      boolean alone = made.get().newest() && made.get().epochs().size() == 1;
      if (alone && (made.get().inUse() || keys.epochs().size() > 1)) {
        return made.get();
      }
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The key " + opener.service().reference() + " cannot open alone what stays",
          "It opens what is to be erased, too",
          "Name a new key");
    }
    ObjectId id = ObjectId.random(random);
    try (SealingKey key = SealingKey.generate(random);
        SealingKey epochKey = SealingKey.generate(random)) {
      Credential.Payload payload =
          new Credential.Payload(key, keys.payload().authority(), keys.payload().description());
      Credential credential =
          Credential.create(id, label, clock.instant(), opener, Argon2id.LEAST, payload, random);
      SortedMap<ObjectId, Member> members = members();
      members.put(id, new Member(id, key.publicHalf(), new TreeSet<>(keys.epochs())));
      // Granted nothing yet; the epoch with its grants comes first, so that it never opens alone.
      EpochInfo _ = rotate(members, epochKey, List.of(credential));
      requireOpens(id, opener);
    }
    return credentials().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }

  /** Before anybody relies on it: what was stored is read back and opened. */
  private void requireOpens(ObjectId id, Opener opener) throws IOException {
    ObjectName name = ObjectKind.CREDENTIAL.name(id);
    Optional<Credential.Payload> opened =
        Credential.decode(KeyObject.decode(ObjectKind.CREDENTIAL, id, storage.get(name)))
            .flatMap(read -> read.open(opener));
    if (opened.isEmpty()) {
      throw KeyDamage.of(name, "What was stored does not open again");
    }
    opened.get().key().close();
  }

  /**
   * Withdraws a credential: the ledger says so before its objects are deleted.
   *
   * @param evenInUse whether it may be the one that was opened now
   * @throws SalvorException CREDENTIAL_NEEDED if no other could open the repository, or it is in
   *     use and nobody has said that it may go
   */
  public void remove(ObjectId id, boolean evenInUse) throws IOException {
    settle();
    if (members().values().stream().noneMatch(m -> !m.id().equals(id) && isUsable(m))) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The credential " + id + " is the last one",
          "Without it nobody could open the repository any more",
          "Add another one first, with `salvor key add`");
    }
    if (id.equals(keys.credential()) && !evenInUse) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The credential " + id + " is the one in use",
          "What opened the repository now would not open it again",
          "Open the repository with another one, or say --yes");
    }
    List<ObjectName> names = new ArrayList<>(List.of(ObjectKind.CREDENTIAL.name(id)));
    keys.table().grants().values().stream()
        .filter(grant -> grant.credential().equals(id))
        .forEach(grant -> names.add(ObjectKind.GRANT.name(grant.id())));
    record(List.of(), names);
    for (ObjectName name : names) {
      storage.delete(name);
    }
    keys.reread(storage);
  }

  /**
   * Makes a new epoch and grants it to every credential, to the public half that the authority has
   * signed. Who opens the repository from now on writes to it; nothing is rewritten.
   */
  public EpochInfo rotate() throws IOException {
    settle();
    try (SealingKey key = SealingKey.generate(random)) {
      return rotate(members(), key, List.of());
    }
  }

  /**
   * Makes an epoch.
   *
   * @param with credentials that are stored with it
   */
  private EpochInfo rotate(
      SortedMap<ObjectId, Member> members, SealingKey key, List<Credential> with)
      throws IOException {
    Epoch before = keys.table().newest().orElseThrow();
    ObjectId id = ObjectId.random(random);
    Epoch epoch = new Epoch(id, key.publicHalf(), clock.instant(), Optional.of(before.id()));
    List<Added> added = new ArrayList<>();
    for (Member member : members.values()) {
      // With what it lacks because it was added while somebody else rotated.
      Map<ObjectId, SealingKey> epochs = new TreeMap<>(keys.secrets().epochs());
      if (erasable) {
        // There every credential holds what it was meant to hold.
        epochs.clear();
      }
      epochs.keySet().removeAll(member.epochs());
      epochs.put(id, key);
      Secrets secrets = new Secrets(keys.secrets().root(), keys.secrets().authority(), epochs);
      Grant grant = grant(member.id(), member.publicHalf(), secrets);
      added.add(put(grant.encode(keys.secrets().authority()), member.id().toString()));
    }
    // The epoch last: from here on everybody seals to it, and nobody could who was not granted.
    added.add(put(epoch.encode(keys.secrets().authority()), before.id().toString()));
    for (Credential credential : with) {
      added.add(put(credential.encode(), credential.label()));
    }
    record(added, List.of());
    return new EpochInfo(id, epoch.created(), before.id(), true);
  }

  /**
   * Has the ledger name what it does not know yet: the first key objects, and those of changes that
   * died. Deletes what it says was withdrawn and is there still, or there again.
   */
  private void settle() throws IOException {
    Secrets _ = keys.secrets();
    ledger.refresh();
    keys.reread(storage);
    KeyRecord record = KeyRecord.of(ledger);
    List<Added> added = new ArrayList<>();
    keys.table().epochs().values().forEach(e -> adopt(e, record).ifPresent(added::add));
    for (Grant grant : keys.table().grants().values()) {
      // One without its epoch belongs to a rotation that died, or goes on.
      if (keys.table().epochs().keySet().containsAll(grant.epochs())) {
        line(ObjectKind.GRANT.name(grant.id()), grant.credential().toString(), record)
            .ifPresent(added::add);
      }
    }
    keys.table()
        .writers()
        .values()
        .forEach(w -> line(ObjectKind.WRITER.name(w.id()), w.host(), record).ifPresent(added::add));
    object(keys.credential())
        .flatMap(own -> line(ObjectKind.CREDENTIAL.name(own.id()), own.label(), record))
        .ifPresent(added::add);
    if (!added.isEmpty()) {
      record(added, List.of());
    }
    for (ObjectName name : keys.objects().hashes().keySet()) {
      if (record.isRemoved(name) && ObjectKind.WRITER.idIn(name).isEmpty()) {
        storage.delete(name);
      }
    }
  }

  /** The write-only clients that are admitted, oldest first. */
  public List<WriterInfo> writers() {
    KeyRecord record = KeyRecord.of(ledger);
    return keys.table().writers().values().stream()
        .filter(w -> !record.isRemoved(ObjectKind.WRITER.name(w.id())))
        .sorted(Comparator.comparing(Writer::created).thenComparing(Writer::id))
        .map(w -> new WriterInfo(w.id(), w.host(), w.created(), w.credential()))
        .toList();
  }

  /**
   * Admits a write-only client, which backs up one host and can read nothing that is backed up.
   *
   * @param opener what its credential is opened with
   */
  public WriterInfo addWriter(Opener opener, String host, Argon2id cost) throws IOException {
    if (erasable) {
      Keys.requireDestroyable(opener);
    }
    settle();
    SigningKey authority = keys.secrets().authority();
    ObjectId id = ObjectId.random(random);
    ObjectId credentialId = ObjectId.random(random);
    try (SealingKey key = SealingKey.generate(random);
        SigningKey signer = SigningKey.generate(random);
        DerivedKeys derived = DerivedKeys.of(keys.secrets().root())) {
      Credential.Payload payload =
          new Credential.Payload(key, keys.payload().authority(), keys.payload().description());
      Credential credential =
          Credential.create(credentialId, host, clock.instant(), opener, cost, payload, random);
      WriterSecrets secrets = new WriterSecrets(derived, signer);
      Grant grant =
          Grant.create(ObjectId.random(random), credentialId, key.publicHalf(), secrets, random);
      Writer writer = new Writer(id, signer.publicKey(), host, clock.instant(), credentialId);
      List<Added> added = new ArrayList<>();
      added.add(put(writer.encode(authority), host));
      added.add(put(grant.encode(authority), credentialId.toString()));
      added.add(put(credential.encode(), host));
      requireOpens(credentialId, opener);
      record(added, List.of());
      return new WriterInfo(id, host, writer.created(), credentialId);
    }
  }

  /**
   * Withdraws a write-only client. What it seals from now on counts for nobody; what it has sealed
   * so far does, for the same entry of the ledger names it under the authority's signature. Its
   * admission stays where it is, for by it the signatures are checked.
   *
   * @param sealed what the ledger says of its manifests
   */
  public void removeWriter(ObjectId id, List<Added> sealed) throws IOException {
    settle();
    @Nullable Writer writer = keys.table().writers().get(id);
    if (writer == null) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_UNKNOWN,
          "There is no write-only client " + id,
          "Nobody was admitted under this id",
          "See `salvor key list` for the ids");
    }
    List<ObjectName> objects =
        new ArrayList<>(List.of(ObjectKind.CREDENTIAL.name(writer.credential())));
    keys.table().grants().values().stream()
        .filter(grant -> grant.credential().equals(writer.credential()))
        .forEach(grant -> objects.add(ObjectKind.GRANT.name(grant.id())));
    List<ObjectName> removed = new ArrayList<>(objects);
    removed.add(ObjectKind.WRITER.name(id));
    record(sealed, removed);
    for (ObjectName name : objects) {
      storage.delete(name);
    }
    keys.reread(storage);
  }

  private Optional<Added> adopt(Epoch epoch, KeyRecord record) {
    String before = epoch.predecessor().map(ObjectId::toString).orElse("");
    return line(ObjectKind.EPOCH.name(epoch.id()), before, record);
  }

  private Optional<Added> line(ObjectName name, String label, KeyRecord record) {
    byte[] hash = keys.objects().hashes().get(name);
    return hash == null || record.existing().containsKey(name) || record.isRemoved(name)
        ? Optional.empty()
        : Optional.of(new Added(name.value(), hash, label));
  }

  private Added put(KeyObject object, String label) throws IOException {
    byte[] bytes = object.encode();
    storage.put(object.name(), bytes);
    return new Added(object.name().value(), Sha256.of(bytes), label);
  }

  private void record(List<Added> added, List<ObjectName> removed) throws IOException {
    List<String> names = removed.stream().map(ObjectName::value).toList();
    LedgerChange change = new LedgerChange(added, names, List.of());
    ledger.append(change, clock.instant(), author, random);
    keys.reread(storage);
  }

  private Grant grant(ObjectId credential, byte[] publicHalf, Secrets secrets) {
    return Grant.create(ObjectId.random(random), credential, publicHalf, secrets, random);
  }

  private SortedMap<ObjectId, Member> members() {
    return Member.of(keys.table(), KeyRecord.of(ledger));
  }

  /** Whether its object is there, and the one that it was when it was made, as far as is known. */
  private boolean isUsable(Member member) {
    ObjectName name = ObjectKind.CREDENTIAL.name(member.id());
    @Nullable Added line = KeyRecord.of(ledger).existing().get(name);
    byte[] hash = keys.objects().hashes().get(name);
    return object(member.id())
            .filter(c -> Arrays.equals(c.publicHalf(), member.publicHalf()))
            .isPresent()
        && (line == null || Arrays.equals(line.sha256(), hash));
  }

  private static @Nullable String reference(Protection protection) {
    return protection instanceof Protection.Wrapped wrapped ? wrapped.reference() : null;
  }

  private Optional<Credential> object(ObjectId id) {
    return keys.objects().credentials().stream().filter(c -> c.id().equals(id)).findFirst();
  }
}
