package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Admits and withdraws write-only clients. */
record Admissions(KeyChanges changes) {

  /** Those that are admitted, oldest first. */
  List<WriterInfo> list() {
    KeyRecord known = changes.ledgerRecord();
    return changes.keys().table().writers().values().stream()
        .filter(w -> !known.isRemoved(ObjectKind.WRITER.name(w.id())))
        .sorted(Comparator.comparing(Writer::created).thenComparing(Writer::id))
        .map(w -> new WriterInfo(w.id(), w.host(), w.created(), w.credential()))
        .toList();
  }

  /**
   * Admits one.
   *
   * @throws SalvorException WRITER_EXISTS: nobody could tell the backups of two apart
   */
  WriterInfo add(Opener opener, String host, Argon2id cost) throws IOException {
    for (WriterInfo other : list()) {
      if (other.host().equals(host)) {
        throw new SalvorException(
            ErrorCode.WRITER_EXISTS,
            "There is a write-only client " + host + " already",
            "it is " + other.id() + ", admitted " + other.created(),
            "withdraw it first with `salvor key writer remove "
                + other.id()
                + "`, its backups stay; or take another --name");
      }
    }
    if (changes.erasable()) {
      Keys.requireDestroyable(opener);
    }
    changes.settle();
    Secrets own = changes.keys().secrets();
    ObjectId id = ObjectId.random(changes.random());
    ObjectId credentialId = ObjectId.random(changes.random());
    Instant now = changes.now();
    try (SealingKey key = SealingKey.generate(changes.random());
        SigningKey signer = SigningKey.generate(changes.random());
        DerivedKeys derived = DerivedKeys.of(own.root())) {
      Credential credential =
          Credential.create(
              credentialId, host, now, opener, cost, changes.payload(key), changes.random());
      Grant grant =
          Grant.create(
              ObjectId.random(changes.random()),
              credentialId,
              key.publicHalf(),
              new WriterSecrets(derived, signer),
              changes.random());
      Writer writer = new Writer(id, signer.publicKey(), host, now, credentialId);
      List<Added> added = new ArrayList<>();
      added.add(changes.put(writer.encode(own.authority()), host));
      added.add(changes.put(grant.encode(own.authority()), credentialId.toString()));
      added.add(changes.put(credential.encode(), host));
      changes.requireOpens(credentialId, opener);
      changes.enter(added, List.of());
      return new WriterInfo(id, host, writer.created(), credentialId);
    }
  }

  /**
   * Withdraws one.
   *
   * @see KeyRegister#removeWriter
   */
  void remove(ObjectId id, List<Added> sealed) throws IOException {
    changes.settle();
    @Nullable Writer writer = changes.keys().table().writers().get(id);
    if (writer == null) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_UNKNOWN,
          "There is no write-only client " + id,
          "Nobody was admitted under this id",
          "See `salvor key list` for the ids");
    }
    List<ObjectName> objects =
        new ArrayList<>(List.of(ObjectKind.CREDENTIAL.name(writer.credential())));
    objects.addAll(changes.grantsOf(writer.credential()));
    List<ObjectName> removed = new ArrayList<>(objects);
    removed.add(ObjectKind.WRITER.name(id));
    changes.enter(sealed, removed);
    changes.delete(objects);
  }
}
