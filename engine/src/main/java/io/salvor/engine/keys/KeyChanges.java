package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What every change of the key objects is made of: storing one, naming it in the ledger, and taking
 * up before all else what the ledger does not know yet.
 */
final class KeyChanges {
  private final Storage storage;
  private final OpenedKeys keys;
  private final Ledger ledger;
  private final boolean erasable;
  private final String author;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param erasable whether no credential may be behind a passphrase
   * @param author who makes the changes, for the ledger
   */
  KeyChanges(
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

  OpenedKeys keys() {
    return keys;
  }

  boolean erasable() {
    return erasable;
  }

  SecureRandom random() {
    return random;
  }

  Instant now() {
    return clock.instant();
  }

  Ledger ledger() {
    return ledger;
  }

  KeyRecord ledgerRecord() {
    return KeyRecord.of(ledger);
  }

  /** What a new credential of this repository seals beside its own private half. */
  Credential.Payload payload(SealingKey key) {
    Credential.Payload own = keys.payload();
    return new Credential.Payload(key, own.authority(), own.description(), own.ancestry());
  }

  SortedMap<ObjectId, Member> members() {
    return Member.of(keys.table(), ledgerRecord());
  }

  Optional<Credential> credential(ObjectId id) {
    return keys.objects().credentials().stream().filter(c -> c.id().equals(id)).findFirst();
  }

  Grant grant(ObjectId credential, byte[] publicHalf, Secrets secrets) {
    return Grant.create(ObjectId.random(random), credential, publicHalf, secrets, random);
  }

  /** Has the grants of a credential among them. */
  List<ObjectName> grantsOf(ObjectId credential) {
    return keys.table().grants().values().stream()
        .filter(grant -> grant.credential().equals(credential))
        .map(grant -> ObjectKind.GRANT.name(grant.id()))
        .toList();
  }

  /**
   * Has the ledger name what it does not know yet: the first key objects, and those of changes that
   * died. Deletes what it says was withdrawn and is there still, or there again.
   */
  void settle() throws IOException {
    Secrets _ = keys.secrets();
    refresh();
    if (ledgerRecord().isRemoved(ObjectKind.CREDENTIAL.name(keys.credential()))) {
      throw KeyAudit.withdrawn(keys.credential());
    }
    List<Added> added = missing();
    if (!added.isEmpty()) {
      enter(added, List.of());
    }
    deleteRemoved();
  }

  /** Reads the ledger and the key objects again. */
  void refresh() throws IOException {
    ledger.refresh();
    KeyRecord _ = keys.known(ledger);
    keys.reread(storage);
  }

  /** What is there and the ledger does not know yet. */
  List<Added> missing() {
    KeyRecord known = ledgerRecord();
    List<Added> added = new ArrayList<>();
    keys.table().epochs().values().forEach(e -> adopt(e, known).ifPresent(added::add));
    for (Grant grant : keys.table().grants().values()) {
      // One without its epochs belongs to a rotation that died, or goes on.
      if (keys.table().epochs().keySet().containsAll(grant.epochs())
          && keys.table().epochs().keySet().containsAll(grant.sensitive())) {
        line(ObjectKind.GRANT.name(grant.id()), grant.credential().toString(), known)
            .ifPresent(added::add);
      }
    }
    keys.table()
        .writers()
        .values()
        .forEach(w -> line(ObjectKind.WRITER.name(w.id()), w.host(), known).ifPresent(added::add));
    credential(keys.credential())
        .flatMap(own -> line(ObjectKind.CREDENTIAL.name(own.id()), own.label(), known))
        .ifPresent(added::add);
    return added;
  }

  /** Deletes what the ledger has removed, but for admissions, which are needed for good. */
  void deleteRemoved() throws IOException {
    KeyRecord known = ledgerRecord();
    for (ObjectName name : keys.objects().hashes().keySet()) {
      if (known.isRemoved(name) && ObjectKind.WRITER.idIn(name).isEmpty()) {
        storage.delete(name);
      }
    }
  }

  private Optional<Added> adopt(Epoch epoch, KeyRecord known) {
    String before = epoch.predecessor().map(ObjectId::toString).orElse("");
    return line(ObjectKind.EPOCH.name(epoch.id()), before, known);
  }

  /** The line for an object that the ledger does not know yet. */
  Optional<Added> line(ObjectName name, String label, KeyRecord known) {
    byte @Nullable [] hash = keys.objects().hashes().get(name);
    return hash == null || known.existing().containsKey(name) || known.isRemoved(name)
        ? Optional.empty()
        : Optional.of(new Added(name.value(), hash, label));
  }

  /** Stores an object; durable when this returns. */
  Added put(KeyObject object, String label) throws IOException {
    byte[] bytes = object.encode();
    storage.put(object.name(), bytes);
    return new Added(object.name().value(), Sha256.of(bytes), label);
  }

  /**
   * Writes the ledger's entry about a change.
   *
   * @throws SalvorException CREDENTIAL_WITHDRAWN if somebody has withdrawn this one until right
   *     before: nothing was entered
   */
  void enter(List<Added> added, List<ObjectName> removed) throws IOException {
    Set<String> own = Set.of(ObjectKind.CREDENTIAL.name(keys.credential()).value());
    LedgerChange change = new LedgerChange(added, values(removed), List.of());
    if (!ledger.appendUnlessRemoved(own, change, clock.instant(), author, random)) {
      throw KeyAudit.withdrawn(keys.credential());
    }
    KeyRecord _ = keys.known(ledger);
    keys.reread(storage);
  }

  /** The same entry by whom an erasure has left without a credential. */
  void withdraw(List<ObjectName> removed) throws IOException {
    ledger.append(LedgerChange.removing(values(removed)), clock.instant(), author, random);
    KeyRecord _ = keys.known(ledger);
    delete(removed);
  }

  private static List<String> values(List<ObjectName> names) {
    return names.stream().map(ObjectName::value).toList();
  }

  /** Deletes what the ledger has removed before. */
  void delete(List<ObjectName> names) throws IOException {
    for (ObjectName name : names) {
      storage.delete(name);
    }
    keys.reread(storage);
  }

  /** Before anybody relies on it: what was stored is read back and opened. */
  void requireOpens(ObjectId id, Opener opener) throws IOException {
    ObjectName name = ObjectKind.CREDENTIAL.name(id);
    Optional<Credential.Payload> opened =
        Credential.decode(KeyObject.decode(ObjectKind.CREDENTIAL, id, storage.get(name)))
            .flatMap(read -> read.open(opener));
    if (opened.isEmpty()) {
      throw KeyDamage.of(name, "What was stored does not open again");
    }
    opened.get().key().close();
  }

  /** What can be said of a member's object. */
  CredentialStanding standing(Member member) {
    ObjectName name = ObjectKind.CREDENTIAL.name(member.id());
    @Nullable Added line = ledgerRecord().existing().get(name);
    byte @Nullable [] hash = keys.objects().hashes().get(name);
    if (hash == null) {
      return line == null ? CredentialStanding.NEVER_STORED : CredentialStanding.GONE;
    }
    if (!isUsable(member)) {
      return CredentialStanding.EXCHANGED;
    }
    return line == null ? CredentialStanding.UNNAMED : CredentialStanding.NAMED;
  }

  /** Whether its object is there, and the one that it was when it was made, as far as is known. */
  boolean isUsable(Member member) {
    ObjectName name = ObjectKind.CREDENTIAL.name(member.id());
    @Nullable Added line = ledgerRecord().existing().get(name);
    byte @Nullable [] hash = keys.objects().hashes().get(name);
    return credential(member.id())
            .filter(c -> Arrays.equals(c.publicHalf(), member.publicHalf()))
            .isPresent()
        && (line == null || Arrays.equals(line.sha256(), hash));
  }
}
