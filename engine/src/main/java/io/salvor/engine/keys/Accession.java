package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is left to do for a successor of the authority once a credential of its own is stored: the
 * ledger entry that names it and withdraws the others, an epoch that the authority before does not
 * know, and the deletion of what was withdrawn. Looks what is done already; so it ends what was cut
 * off anywhere, however much was stored under the successor since.
 */
final class Accession {
  private final Storage storage;
  private final KeyChanges changes;
  private final OpenedKeys keys;

  /**
   * @param changes in the name of the successor
   */
  Accession(Storage storage, KeyChanges changes) {
    this.storage = storage;
    this.changes = changes;
    this.keys = changes.keys();
  }

  /** Does what is missing. The credential that was opened is the one that stays. */
  void run() throws IOException {
    changes.refresh();
    List<Added> added = new ArrayList<>(changes.missing());
    KeyRecord known = changes.ledgerRecord();
    Ancestry ancestry = keys.payload().ancestry().orElseThrow();
    changes.line(ObjectKind.CENSUS.name(ancestry.census()), "", known).ifPresent(added::add);
    byte[] before = ancestry.authorities().getLast();
    for (Announcement one : Announcement.of(keys.objects(), before)) {
      // Those of others may be taken back.
      if (!Arrays.equals(one.successor(), keys.payload().authority())) {
        continue;
      }
      changes.line(ObjectKind.AUTHORITY.name(one.id()), "", known).ifPresent(added::add);
    }
    List<ObjectName> old = old(known);
    if (!added.isEmpty() || !old.isEmpty()) {
      changes.enter(added, old);
    }
    if (isOfAnother(keys.table().newest()) || isOfAnother(newestSensitive())) {
      // While the old credentials are there, by which this is found unmade.
      EpochInfo _ = new Rotation(changes).make();
    }
    changes.deleteRemoved();
  }

  /** The credentials and grants that the successor has not made. */
  private List<ObjectName> old(KeyRecord known) {
    byte[] own = keys.payload().authority();
    Set<ObjectName> kept = new HashSet<>();
    keys.objects().grants().stream()
        .filter(g -> SignedMessage.verify(own, ObjectKind.GRANT, g.id(), g.message()).isPresent())
        .forEach(g -> kept.add(g.name()));
    for (Grant grant : keys.table().grants().values()) {
      if (kept.contains(ObjectKind.GRANT.name(grant.id()))) {
        kept.add(ObjectKind.CREDENTIAL.name(grant.credential()));
      }
    }
    Set<ObjectName> names = new TreeSet<>(keys.objects().hashes().keySet());
    names.addAll(known.existing().keySet());
    return names.stream()
        .filter(
            name ->
                ObjectKind.CREDENTIAL.idIn(name).isPresent()
                    || ObjectKind.GRANT.idIn(name).isPresent())
        .filter(name -> !kept.contains(name) && !known.isRemoved(name))
        .toList();
  }

  private Optional<Epoch> newestSensitive() {
    Secrets.@Nullable Sensitive sensitive = keys.sensitive();
    return sensitive == null ? Optional.empty() : keys.table().newestSensitive(sensitive.root());
  }

  /** Whether an earlier authority has made it, whose holders have its private half. */
  private boolean isOfAnother(Optional<Epoch> epoch) {
    return epoch.isPresent()
        && keys.objects().epochs().stream()
            .filter(object -> object.id().equals(epoch.get().id()))
            .noneMatch(this::isOwn);
  }

  private boolean isOwn(KeyObject epoch) {
    return SignedMessage.verify(
            keys.payload().authority(), ObjectKind.EPOCH, epoch.id(), epoch.message())
        .isPresent();
  }

  /** The grants of the credential that was opened. */
  Set<ObjectId> grants() {
    Set<ObjectId> grants = new TreeSet<>();
    keys.table().grants().values().stream()
        .filter(grant -> grant.credential().equals(keys.credential()))
        .forEach(grant -> grants.add(grant.id()));
    return grants;
  }

  /** Whether the ledger names the credential that was opened. */
  boolean isEntered() {
    return changes
        .ledgerRecord()
        .existing()
        .containsKey(ObjectKind.CREDENTIAL.name(keys.credential()));
  }

  /** Whether the credential is there still. */
  boolean stands() throws IOException {
    return storage.find(ObjectKind.CREDENTIAL.name(keys.credential())).isPresent();
  }
}
