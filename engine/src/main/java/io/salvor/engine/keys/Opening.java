package io.salvor.engine.keys;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From an opened credential to the ring, checking each step (docs/format.md §4). */
final class Opening {
  private Opening() {}

  static KeyRing ring(
      ObjectId credential,
      Credential.Payload payload,
      byte[] description,
      KeyObjects objects,
      SecureRandom random) {
    if (!Arrays.equals(Sha256.of(description), payload.description())) {
      throw KeyDamage.repository(
          "The object salvor is not the one that the credential was made for",
          "Its hash is not the one in keys/" + credential + ".credential",
          "Put it back from a copy of the repository; every copy has the same bytes");
    }
    // A damaged credential is another one than this; a damaged epoch or grant may be needed.
    objects
        .damaged()
        .forEach(
            (name, damage) -> {
              if (ObjectKind.CREDENTIAL.idIn(name).isEmpty()) {
                throw damage;
              }
            });
    byte[] authority = payload.authority();
    Secrets secrets = secrets(credential, payload.key(), authority, objects.grants());
    ObjectId newest = newest(secrets.epochs(), authority, objects.epochs());
    try {
      return new KeyRing(secrets.root(), secrets.authority(), secrets.epochs(), newest, random);
    } finally {
      Arrays.fill(secrets.root(), (byte) 0);
    }
  }

  /** The union of the credential's grants. */
  private static Secrets secrets(
      ObjectId credential, SealingKey key, byte[] authority, List<KeyObject> grants) {
    byte @Nullable [] root = null;
    @Nullable SigningKey signer = null;
    Map<ObjectId, SealingKey> epochs = new HashMap<>();
    for (KeyObject object : grants) {
      Grant grant = Grant.decode(object, authority);
      if (!grant.credential().equals(credential)) {
        continue;
      }
      Secrets secrets = grant.open(key);
      if (!Arrays.equals(secrets.authority().publicKey(), authority)
          || (root != null && !Arrays.equals(root, secrets.root()))) {
        throw KeyDamage.of(object.name(), "Its secrets are another repository's");
      }
      root = secrets.root();
      signer = secrets.authority();
      epochs.putAll(secrets.epochs());
    }
    if (root == null || signer == null) {
      throw KeyDamage.lost(
          "The credential " + credential + " has no grant", "No object keys/*.grant is for it");
    }
    return new Secrets(root, signer, epochs);
  }

  /**
   * The epoch that no other names as its predecessor; of several, which were made at once by people
   * who did not see each other, the latest by its time, then by its id.
   */
  private static ObjectId newest(
      Map<ObjectId, SealingKey> keys, byte[] authority, List<KeyObject> objects) {
    Map<ObjectId, Epoch> granted = new HashMap<>();
    Set<ObjectId> predecessors = new HashSet<>();
    for (KeyObject object : objects) {
      Epoch epoch = Epoch.decode(object, authority);
      epoch.predecessor().ifPresent(predecessors::add);
      SealingKey key = keys.get(epoch.id());
      if (key != null) {
        if (!Arrays.equals(key.publicHalf(), epoch.publicHalf())) {
          throw KeyDamage.of(object.name(), "Its public half is not the one that was granted");
        }
        granted.put(epoch.id(), epoch);
      }
    }
    for (ObjectId id : keys.keySet()) {
      if (!granted.containsKey(id)) {
        throw KeyDamage.lost(
            "The key object " + ObjectKind.EPOCH.name(id) + " is missing", "A grant names it");
      }
    }
    granted.keySet().removeAll(predecessors);
    return granted.values().stream()
        .max(Comparator.comparing(Epoch::created).thenComparing(Epoch::id))
        .map(Epoch::id)
        .orElseThrow(
            () ->
                KeyDamage.lost(
                    "The newest epoch cannot be told",
                    "Every epoch that was granted to this credential has a successor"));
  }
}
