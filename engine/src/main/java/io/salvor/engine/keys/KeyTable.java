package io.salvor.engine.keys;

import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the authority has signed of the key objects: epochs, grants and writers. Everything else is
 * damage, or was put there by whoever holds the storage.
 *
 * @param refused what is wrong with those that it has not signed, or that cannot be read
 */
record KeyTable(
    Map<ObjectId, Epoch> epochs,
    Map<ObjectId, Grant> grants,
    Map<ObjectId, Writer> writers,
    Map<ObjectName, SalvorException> refused) {

  static KeyTable of(KeyObjects objects, Authority authority) {
    KeyTable table =
        new KeyTable(
            new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(objects.damaged()));
    for (KeyObject object : objects.epochs()) {
      table.tried(object, () -> table.epochs.put(object.id(), Epoch.decode(object, authority)));
    }
    for (KeyObject object : objects.grants()) {
      table.tried(object, () -> table.grants.put(object.id(), Grant.decode(object, authority)));
    }
    for (KeyObject object : objects.writers()) {
      table.tried(object, () -> table.writers.put(object.id(), Writer.decode(object, authority)));
    }
    return table;
  }

  /** The write-only clients, withdrawn ones too: what they sealed before still has to be read. */
  List<KeyRing.Writer> admitted() {
    return writers.values().stream()
        .map(w -> new KeyRing.Writer(w.id(), w.host(), w.publicKey()))
        .toList();
  }

  /** What a write-only client was granted; empty if the credential is none's. */
  Optional<WriterSecrets> writerSecrets(ObjectId credential, Credential.Payload payload) {
    return grants.values().stream()
        .filter(grant -> grant.credential().equals(credential) && grant.isWriters())
        .findFirst()
        .map(grant -> grant.openWriters(payload.key()));
  }

  private void tried(KeyObject object, Runnable read) {
    try {
      read.run();
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.KEY_DAMAGED) {
        throw e;
      }
      refused.put(object.name(), e);
    }
  }

  /**
   * The epoch that no other names as its predecessor; of several, which were made at once by people
   * who did not see each other, the latest by its time, then by its id. Empty if none is left.
   */
  Optional<Epoch> newest() {
    return newest(epoch -> !epoch.isSensitive());
  }

  /** The same of the epochs for sensitive content, as far as holders of its root have made them. */
  Optional<Epoch> newestSensitive(byte[] root) {
    return newest(epoch -> epoch.isSensitive() && epoch.isProvenBy(root));
  }

  /** The epochs of a chain. */
  Set<ObjectId> epochs(Predicate<Epoch> chain) {
    return epochs.values().stream().filter(chain).map(Epoch::id).collect(Collectors.toSet());
  }

  Optional<Epoch> newest(Predicate<Epoch> chain) {
    List<Epoch> members = epochs.values().stream().filter(chain).toList();
    Set<ObjectId> predecessors = new HashSet<>();
    members.forEach(epoch -> epoch.predecessor().ifPresent(predecessors::add));
    return members.stream()
        .filter(epoch -> !predecessors.contains(epoch.id()))
        .max(Comparator.comparing(Epoch::created).thenComparing(Epoch::id));
  }

  /**
   * The union of a credential's grants.
   *
   * @throws SalvorException KEY_DAMAGED
   */
  Secrets secrets(ObjectId credential, Credential.Payload payload) {
    Secrets union = null;
    for (Grant grant : grants.values()) {
      if (grant.credential().equals(credential) && !grant.isWriters()) {
        Secrets secrets = grant.open(payload.key());
        union = union == null ? secrets : union.with(secrets, grant);
        union.requireAuthority(payload.authority(), grant);
      }
    }
    if (union == null) {
      throw refused.entrySet().stream()
          .filter(e -> ObjectKind.GRANT.idIn(e.getKey()).isPresent())
          .map(Map.Entry::getValue)
          .findFirst()
          .orElseGet(
              () ->
                  KeyDamage.lost(
                      "The credential " + credential + " has no grant",
                      "No object keys/*.grant is for it"));
    }
    requireOwn(union.epochs(), false);
    if (union.sensitive() != null) {
      requireOwn(union.sensitive().epochs(), true);
    }
    return union;
  }

  /** A private half that was granted belongs to its epoch's public half, where that is there. */
  private void requireOwn(Map<ObjectId, SealingKey> granted, boolean sensitive) {
    granted.forEach(
        (id, key) -> {
          @Nullable Epoch epoch = epochs.get(id);
          if (epoch != null && (!same(epoch, key) || epoch.isSensitive() != sensitive)) {
            throw KeyDamage.of(
                ObjectKind.EPOCH.name(id), "Its public half is not the one that was granted");
          }
        });
  }

  private static boolean same(Epoch epoch, SealingKey key) {
    return Arrays.equals(epoch.publicHalf(), key.publicHalf());
  }
}
