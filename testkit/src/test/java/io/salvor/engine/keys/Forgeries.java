package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What somebody can make who has a key holder's secrets and lacks others. */
public final class Forgeries {
  private Forgeries() {}

  /** An epoch that nobody was granted. */
  public static void epoch(Storage storage, String passphrase, ObjectId before, Instant created)
      throws IOException {
    SecureRandom random = new SecureRandom();
    try (Passphrase own = Passphrase.of(passphrase.getBytes(StandardCharsets.UTF_8));
        OpenedKeys keys = Keys.unlock(storage, own, Set.of(), Set.of(), random);
        SealingKey key = SealingKey.generate(random)) {
      Epoch epoch =
          new Epoch(ObjectId.random(random), key.publicHalf(), created, Optional.of(before), null);
      KeyObject object = epoch.encode(keys.secrets().authority());
      storage.put(object.name(), object.encode());
    }
  }

  /** An epoch of sensitive content by somebody without its root secret. */
  public static void sensitiveEpoch(
      Storage storage, String passphrase, ObjectId before, Instant created) throws IOException {
    SecureRandom random = new SecureRandom();
    try (Passphrase own = Passphrase.of(passphrase.getBytes(StandardCharsets.UTF_8));
        OpenedKeys keys = Keys.unlock(storage, own, Set.of(), Set.of(), random);
        SealingKey key = SealingKey.generate(random)) {
      Secrets secrets = keys.secrets();
      Epoch epoch =
          Epoch.sensitive(
              ObjectId.random(random),
              key.publicHalf(),
              created,
              Optional.of(before),
              random.generateSeed(32));
      storage.put(ObjectKind.EPOCH.name(epoch.id()), epoch.encode(secrets.authority()).encode());
    }
  }
}
