package io.salvor.engine.keys;

import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SensitiveKeys;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An opened credential: the ring of its secrets, and what is known of all key objects. Closing it
 * destroys the secrets.
 */
public final class OpenedKeys implements AutoCloseable {
  private final ObjectId credential;
  private final Credential.Payload payload;
  private final KeyRing ring;
  private final Authority authority;
  private KeyObjects objects;
  private KeyTable table;
  private @Nullable Secrets secrets;
  private Set<ObjectName> named = Set.of();
  private Set<ObjectId> followed;

  private OpenedKeys(
      ObjectId credential,
      Credential.Payload payload,
      @Nullable Secrets secrets,
      KeyRing ring,
      Authority authority,
      KeyObjects objects,
      KeyTable table) {
    this.credential = credential;
    this.payload = payload;
    this.secrets = secrets;
    this.ring = ring;
    this.authority = authority;
    this.objects = objects;
    this.table = table;
    this.followed = Set.copyOf(table.epochs().keySet());
  }

  /** From an opened credential to the ring, checking each step (docs/format.md §4). */
  static OpenedKeys of(
      ObjectId credential,
      Credential.Payload payload,
      byte[] description,
      KeyObjects objects,
      SecureRandom random) {
    if (!Arrays.equals(Sha256.of(description), payload.description())) {
      throw KeyDamage.repository(
          "The object salvor is not the one that the credential was made for",
          "Its hash is not the one in keys/" + credential + ".credential",
          "`salvor repair --from <copy>` puts it back; every copy has the same bytes");
    }
    Authority authority = authority(payload, objects);
    KeyTable table = KeyTable.of(objects, authority);
    Optional<WriterSecrets> writer = table.writerSecrets(credential, payload);
    @Nullable Secrets secrets = writer.isPresent() ? null : table.secrets(credential, payload);
    Epoch newest =
        table
            .newest()
            .orElseThrow(
                () ->
                    KeyDamage.lost(
                        "The newest epoch cannot be told", "No object keys/*.epoch can be read"));
    KeyRing.Recipient current = newest.recipient();
    KeyRing ring;
    if (secrets == null) {
      ring = writersRing(credential, writer.orElseThrow(), authority, current, table, random);
    } else {
      ring =
          new KeyRing(
              DerivedKeys.of(secrets.root()),
              authority,
              secrets.authority(),
              secrets.epochs(),
              secrets.epochs().containsKey(newest.id()) ? current : null,
              sensitive(secrets.sensitive(), table),
              table.admitted(),
              random);
    }
    return new OpenedKeys(credential, payload, secrets, ring, authority, objects, table);
  }

  /** Whose signatures count: of earlier authorities what the census names that they know of. */
  private static Authority authority(Credential.Payload payload, KeyObjects objects) {
    if (payload.ancestry().isEmpty()) {
      return Authority.of(payload.authority());
    }
    Ancestry ancestry = payload.ancestry().get();
    ObjectName name = ObjectKind.CENSUS.name(ancestry.census());
    KeyObject census =
        objects.censuses().stream()
            .filter(object -> object.id().equals(ancestry.census()))
            .findFirst()
            .orElseThrow(
                () -> {
                  SalvorException damage = objects.damaged().get(name);
                  return damage != null
                      ? damage
                      : KeyDamage.lost(
                          "The key object " + name + " is missing", "The credential names it");
                });
    if (!Arrays.equals(Sha256.of(census.encode()), ancestry.sha256())) {
      throw KeyDamage.of(name, "It is not the one that the credential names: it was exchanged");
    }
    byte[] hashes = Census.decode(census, payload.authority());
    try {
      return Authority.of(payload.authority(), ancestry.authorities(), hashes);
    } catch (IllegalArgumentException e) {
      throw KeyDamage.of(name, "It is no census: " + e.getMessage(), e);
    }
  }

  private static @Nullable SensitiveKeys sensitive(
      Secrets.@Nullable Sensitive secrets, KeyTable table) {
    if (secrets == null) {
      return null;
    }
    KeyRing.@Nullable Recipient current =
        table
            .newestSensitive(secrets.root())
            .filter(epoch -> secrets.epochs().containsKey(epoch.id()))
            .map(Epoch::recipient)
            .orElse(null);
    return new SensitiveKeys(secrets.root(), secrets.epochs(), current);
  }

  /** A write-only client seals to the newest epoch's public half, and opens none. */
  private static KeyRing writersRing(
      ObjectId credential,
      WriterSecrets secrets,
      Authority authority,
      KeyRing.Recipient current,
      KeyTable table,
      SecureRandom random) {
    boolean admitted =
        table.writers().values().stream()
            .anyMatch(
                w ->
                    w.credential().equals(credential)
                        && Arrays.equals(w.publicKey(), secrets.signer().publicKey()));
    if (!admitted) {
      throw KeyDamage.lost(
          "The write-only client of the credential " + credential + " is not admitted",
          "No object keys/*.writer is for it");
    }
    return new KeyRing(
        secrets.derived(),
        authority,
        secrets.signer(),
        Map.of(),
        current,
        null,
        table.admitted(),
        random);
  }

  /**
   * Lets the ring look for epochs and write-only clients that come while it is in use, or what is
   * written with them would look damaged.
   */
  public void learnFrom(Storage storage) {
    ring.learnFrom(() -> news(storage));
  }

  private KeyRing.News news(Storage storage) throws IOException {
    KeyTable now = KeyTable.of(KeyObjects.read(storage, named), authority);
    @Nullable Secrets granted = secrets == null ? null : granted(now);
    Secrets.@Nullable Sensitive own = granted == null ? null : granted.sensitive();
    return new KeyRing.News(
        new KeyRing.Chain(
            granted == null ? Map.of() : granted.epochs(),
            now.epochs(epoch -> !epoch.isSensitive())),
        new KeyRing.Chain(
            own == null ? Map.of() : own.epochs(),
            own == null
                ? Set.of()
                : now.epochs(epoch -> epoch.isSensitive() && epoch.isProvenBy(own.root()))),
        now.admitted());
  }

  /** What was granted by now; what was granted before, if that cannot be told. */
  private @Nullable Secrets granted(KeyTable now) {
    try {
      return now.secrets(credential, payload);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.KEY_DAMAGED) {
        throw e;
      }
      return secrets;
    }
  }

  /**
   * Seals to the newest epoch from now on, if the ledger names one that is not known yet.
   *
   * @param ledger as it was read just now
   * @throws SalvorException CREDENTIAL_WITHDRAWN; KEY_DAMAGED if an epoch that it names is not
   *     there
   */
  public synchronized void follow(Storage storage, Ledger ledger) throws IOException {
    KeyRecord record = KeyRecord.of(ledger);
    if (followed.containsAll(record.epochs())) {
      return;
    }
    if (record.isRemoved(ObjectKind.CREDENTIAL.name(credential))) {
      throw KeyAudit.withdrawn(credential);
    }
    KeyObjects read = KeyObjects.read(storage, record.existing().keySet());
    KeyTable now = KeyTable.of(read, authority);
    for (ObjectId epoch : record.epochs()) {
      if (!now.epochs().containsKey(epoch)) {
        throw KeyDamage.lost(
            "The key object " + ObjectKind.EPOCH.name(epoch) + " is missing",
            "The ledger names it");
      }
    }
    Optional<Epoch> newest = now.newest();
    if (secrets == null) {
      ring.follow(ObjectKind.KeyClass.EPOCH, Map.of(), newest.map(Epoch::recipient).orElse(null));
    } else {
      Secrets granted = now.secrets(credential, payload);
      follow(ObjectKind.KeyClass.EPOCH, granted.epochs(), newest);
      Secrets.@Nullable Sensitive sensitive = granted.sensitive();
      if (sensitive != null && ring.opensSensitive()) {
        follow(
            ObjectKind.KeyClass.SENSITIVE,
            sensitive.epochs(),
            now.newestSensitive(sensitive.root()));
      }
    }
    followed = Set.copyOf(now.epochs().keySet());
  }

  private void follow(
      ObjectKind.KeyClass chain, Map<ObjectId, SealingKey> granted, Optional<Epoch> newest) {
    ring.follow(
        chain,
        granted,
        newest.filter(e -> granted.containsKey(e.id())).map(Epoch::recipient).orElse(null));
  }

  /** What reads and writes objects. */
  public KeyRing ring() {
    return ring;
  }

  /** The credential that was opened. */
  public ObjectId credential() {
    return credential;
  }

  /**
   * Holds the key objects against the ledger.
   *
   * @throws SalvorException CREDENTIAL_WITHDRAWN; KEY_DAMAGED if what this credential needs is lost
   *     or damaged
   */
  public KeyAudit audit(Storage storage, Ledger ledger) throws IOException {
    KeyAudit audit = KeyAudit.of(this, known(ledger), storage);
    for (SalvorException e : audit.refusals()) {
      throw AuthorityWatch.explained(e, objects, payload.authority());
    }
    return audit;
  }

  /** Everything that is wrong with the key objects as they lie there now, by the ledger. */
  public List<SalvorException> faults(Storage storage, Ledger ledger) throws IOException {
    KeyRecord known = known(ledger);
    reread(storage);
    KeyAudit audit = KeyAudit.of(this, known, storage);
    List<SalvorException> faults = new ArrayList<>(audit.refusals());
    faults.addAll(audit.issues());
    return faults;
  }

  /** What the ledger says; what it names is asked for by its name from now on. */
  KeyRecord known(Ledger ledger) {
    KeyRecord known = KeyRecord.of(ledger);
    named = Set.copyOf(known.existing().keySet());
    return known;
  }

  /** Key objects that the ledger named when it was looked at last. */
  public Set<ObjectName> named() {
    return named;
  }

  /** Without the ledger nobody can tell whom damage concerns: any of it stops everybody. */
  void requireWhole() {
    for (SalvorException e : KeyAudit.strict(this).refusals()) {
      throw e;
    }
  }

  /** Reads the key objects again, after they were changed. */
  void reread(Storage storage) throws IOException {
    objects = KeyObjects.read(storage, named);
    table = KeyTable.of(objects, authority);
  }

  /** The same, with what was granted to this credential since. */
  void renew(Storage storage) throws IOException {
    reread(storage);
    if (secrets != null) {
      secrets = table.secrets(credential, payload);
    }
  }

  KeyObjects objects() {
    return objects;
  }

  KeyTable table() {
    return table;
  }

  /** The epochs that were granted to the credential. */
  Set<ObjectId> epochs() {
    return secrets == null ? Set.of() : secrets.epochs().keySet();
  }

  /** What opens sensitive content, if that was granted to it. */
  Secrets.@Nullable Sensitive sensitive() {
    return secrets == null ? null : secrets.sensitive();
  }

  /** The epochs of sensitive content that were granted to it. */
  Set<ObjectId> sensitiveEpochs() {
    return secrets == null ? Set.of() : Set.copyOf(secrets.sensitiveIds());
  }

  /**
   * The secrets of a key holder.
   *
   * @throws SalvorException WRITE_ONLY
   */
  Secrets secrets() {
    if (secrets == null) {
      throw new SalvorException(
          ErrorCode.WRITE_ONLY,
          "This credential can write backups and nothing else",
          "It is a write-only client's",
          "Use a credential that holds keys");
    }
    return secrets;
  }

  Credential.Payload payload() {
    return payload;
  }

  @Override
  public void close() {
    payload.key().close();
    if (secrets != null) {
      Arrays.fill(secrets.root(), (byte) 0);
      if (secrets.sensitive() != null) {
        Arrays.fill(secrets.sensitive().root(), (byte) 0);
      }
    }
    ring.close();
  }
}
