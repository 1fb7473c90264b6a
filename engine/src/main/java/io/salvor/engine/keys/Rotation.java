package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry.Added;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes new epochs: of everything, and of sensitive content where the credential opens it. */
final class Rotation {
  private final KeyChanges changes;
  private final OpenedKeys keys;

  Rotation(KeyChanges changes) {
    this.changes = changes;
    this.keys = changes.keys();
  }

  /** Makes them and grants them to everybody who has a grant. */
  EpochInfo run() throws IOException {
    changes.settle();
    return make();
  }

  /** The same; everything else is left as it is. */
  EpochInfo make() throws IOException {
    return run(changes.members(), List.of());
  }

  /**
   * Makes them, and a credential to which nothing else is granted.
   *
   * @see KeyRegister#succeed
   */
  ObjectId succeed(KmsKey opener, String label, List<CredentialInfo> made) throws IOException {
    if (!made.isEmpty()) {
      CredentialInfo one = made.getFirst();
      // Only this method leaves others with more epochs than the newest, which it holds alone.
      boolean alone =
          made.size() == 1
              && one.newest()
              && one.epochs().size() == 1
              && one.sensitive().size() <= 1;
      if (alone && (one.inUse() || keys.epochs().size() > 1)) {
        return one.id();
      }
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The key " + opener.service().reference() + " cannot open alone what stays",
          "It opens what is to be erased, too",
          "Name a new key");
    }
    SortedMap<ObjectId, Member> members = changes.members();
    requireSensitive(members);
    ObjectId id = ObjectId.random(changes.random());
    try (SealingKey key = SealingKey.generate(changes.random())) {
      Credential credential =
          Credential.create(
              id,
              label,
              changes.now(),
              opener,
              Argon2id.LEAST,
              changes.payload(key),
              changes.random());
      members.put(
          id,
          new Member(
              id,
              key.publicHalf(),
              new TreeSet<>(keys.epochs()),
              new TreeSet<>(keys.sensitiveEpochs())));
      // Granted nothing yet; the epoch with its grants comes first, so that it never opens alone.
      EpochInfo _ = run(members, List.of(credential));
      changes.requireOpens(id, opener);
    }
    return id;
  }

  /** What only the others open would be destroyed with them. */
  private void requireSensitive(SortedMap<ObjectId, Member> members) {
    if (keys.secrets().sensitive() == null
        && members.values().stream().anyMatch(member -> !member.sensitive().isEmpty())) {
      throw new SalvorException(
          ErrorCode.SENSITIVE_NOT_GRANTED,
          "This credential cannot take over the sensitive content that is to stay",
          "It was granted everything but the keys for that",
          "Use a credential that `salvor key list` shows as one that opens it");
    }
  }

  /**
   * Makes the epochs.
   *
   * @param with credentials that are stored with them
   */
  private EpochInfo run(SortedMap<ObjectId, Member> members, List<Credential> with)
      throws IOException {
    Epoch before = keys.table().newest().orElseThrow();
    Secrets own = keys.secrets();
    Secrets.@Nullable Sensitive sensitive = own.sensitive();
    ObjectId id = ObjectId.random(changes.random());
    ObjectId sensitiveId = ObjectId.random(changes.random());
    try (SealingKey key = SealingKey.generate(changes.random());
        SealingKey sensitiveKey = SealingKey.generate(changes.random())) {
      List<Added> added = new ArrayList<>();
      for (Member member : members.values()) {
        Secrets.@Nullable Sensitive more =
            sensitive == null || member.sensitive().isEmpty()
                ? null
                : new Secrets.Sensitive(
                    sensitive.root(),
                    lacking(sensitive.epochs(), member.sensitive(), sensitiveId, sensitiveKey));
        Secrets secrets =
            new Secrets(
                own.root(), own.authority(), lacking(own.epochs(), member.epochs(), id, key), more);
        Grant grant = changes.grant(member.id(), member.publicHalf(), secrets);
        added.add(changes.put(grant.encode(own.authority()), member.id().toString()));
      }
      // The epochs last: from here on everybody seals to them, and nobody could without a grant.
      if (sensitive != null) {
        added.add(sensitiveEpoch(sensitiveId, sensitiveKey, sensitive));
      }
      Epoch epoch = new Epoch(id, key.publicHalf(), changes.now(), Optional.of(before.id()), null);
      added.add(changes.put(epoch.encode(own.authority()), before.id().toString()));
      for (Credential credential : with) {
        added.add(changes.put(credential.encode(), credential.label()));
      }
      changes.enter(added, List.of());
      return new EpochInfo(id, epoch.created(), before.id(), true, false);
    }
  }

  private Added sensitiveEpoch(ObjectId id, SealingKey key, Secrets.Sensitive secrets)
      throws IOException {
    Optional<ObjectId> before = keys.table().newestSensitive(secrets.root()).map(Epoch::id);
    Epoch epoch = Epoch.sensitive(id, key.publicHalf(), changes.now(), before, secrets.root());
    return changes.put(
        epoch.encode(keys.secrets().authority()), before.map(ObjectId::toString).orElse(""));
  }

  /** The new epoch, and what the member lacks because it was added while somebody else rotated. */
  private Map<ObjectId, SealingKey> lacking(
      Map<ObjectId, SealingKey> held, Set<ObjectId> granted, ObjectId id, SealingKey key) {
    Map<ObjectId, SealingKey> epochs = new TreeMap<>(held);
    if (changes.erasable()) {
      // There every credential holds what it was meant to hold.
      epochs.clear();
    }
    epochs.keySet().removeAll(granted);
    epochs.put(id, key);
    return epochs;
  }
}
