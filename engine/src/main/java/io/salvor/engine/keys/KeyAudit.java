package io.salvor.engine.keys;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What comes of holding the key objects against the ledger (docs/format.md §4).
 *
 * @param refusals why this credential must not be used; empty if it may
 * @param issues what is wrong and concerns others only
 * @param behind whether the storage has objects that were not read, because they came meanwhile
 */
public record KeyAudit(
    List<SalvorException> refusals, List<SalvorException> issues, boolean behind) {
  public KeyAudit {
    refusals = List.copyOf(refusals);
    issues = List.copyOf(issues);
  }

  static KeyAudit of(OpenedKeys keys, KeyRecord record, Storage storage) throws IOException {
    ObjectId own = keys.credential();
    KeyRing.@Nullable Writer writer = keys.ring().self();
    if (writer != null && record.isRemoved(ObjectKind.WRITER.name(writer.id()))) {
      return new KeyAudit(List.of(withdrawn(own)), List.of(), false);
    }
    if (record.isRemoved(ObjectKind.CREDENTIAL.name(own))) {
      return new KeyAudit(List.of(withdrawn(own)), List.of(), false);
    }
    if (!record.isKept()) {
      return strict(keys);
    }
    List<SalvorException> refusals = new ArrayList<>();
    List<SalvorException> issues = new ArrayList<>();
    boolean behind = false;
    for (Map.Entry<ObjectName, LedgerEntry.Added> line : record.existing().entrySet()) {
      ObjectName name = line.getKey();
      byte[] hash = keys.objects().hashes().get(name);
      if (hash == null && storage.find(name).isPresent()) {
        behind = true;
        continue;
      }
      if (hash != null && Arrays.equals(hash, line.getValue().sha256())) {
        continue;
      }
      boolean needed = concerns(name, line.getValue().label(), own);
      (needed ? refusals : issues).add(fault(name, hash, keys));
    }
    keys.table()
        .refused()
        .forEach(
            (name, damage) -> {
              // What the ledger does not know is a change that died, or somebody's invention.
              if (!record.existing().containsKey(name) && !record.isRemoved(name)) {
                issues.add(damage);
              }
            });
    issues.addAll(successors(keys));
    return new KeyAudit(refusals, issues, behind);
  }

  /** Whoever opens what an earlier authority has made is to know that there is another. */
  private static List<SalvorException> successors(OpenedKeys keys) {
    boolean announced =
        keys.objects().announcements().stream()
            .anyMatch(a -> AuthorityWatch.isOf(a, keys.payload().authority()));
    return announced ? List.of(AuthorityWatch.succeeded()) : List.of();
  }

  /** As long as the ledger knows of no key object, it cannot be told whom damage concerns. */
  static KeyAudit strict(OpenedKeys keys) {
    List<SalvorException> refusals = new ArrayList<>();
    List<SalvorException> issues = new ArrayList<>();
    keys.table()
        .refused()
        .forEach((name, damage) -> (isNeeded(name) ? refusals : issues).add(damage));
    Set<ObjectId> granted = new TreeSet<>(keys.epochs());
    granted.addAll(keys.sensitiveEpochs());
    for (ObjectId epoch : granted) {
      if (!keys.table().epochs().containsKey(epoch)) {
        refusals.add(
            KeyDamage.lost(
                "The key object " + ObjectKind.EPOCH.name(epoch) + " is missing",
                "A grant names it"));
      }
    }
    issues.addAll(successors(keys));
    return new KeyAudit(refusals, issues, false);
  }

  private static boolean isNeeded(ObjectName name) {
    return ObjectKind.EPOCH.idIn(name).isPresent() || ObjectKind.GRANT.idIn(name).isPresent();
  }

  /** An epoch concerns everybody; a grant the credential that its label in the ledger names. */
  private static boolean concerns(ObjectName name, String label, ObjectId own) {
    return ObjectKind.EPOCH.idIn(name).isPresent()
        || (ObjectKind.GRANT.idIn(name).isPresent() && label.equals(own.toString()));
  }

  private static SalvorException fault(ObjectName name, byte @Nullable [] hash, OpenedKeys keys) {
    if (hash == null) {
      return KeyDamage.lost("The key object " + name + " is missing", "The ledger names it");
    }
    @Nullable SalvorException damage = keys.table().refused().get(name);
    return damage == null
        ? KeyDamage.of(name, "It is not the one that the ledger names: it was exchanged")
        : damage;
  }

  /** What those are told whose credential the ledger removes. */
  static SalvorException withdrawn(ObjectId own) {
    return new SalvorException(
        ErrorCode.CREDENTIAL_WITHDRAWN,
        "The credential " + own + " was withdrawn",
        "The ledger says so, though its objects are there, or there again",
        "Use another credential, or have somebody who has one add one for you");
  }
}
