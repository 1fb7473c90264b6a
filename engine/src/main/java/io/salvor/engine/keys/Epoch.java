package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SensitiveKeys;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The public half of an epoch (docs/format.md §4).
 *
 * @param proof of an epoch for sensitive content: that a holder of the sensitive root secret has
 *     made it; null for the others
 */
record Epoch(
    ObjectId id,
    byte[] publicHalf,
    Instant created,
    Optional<ObjectId> predecessor,
    byte @Nullable [] proof) {

  /** One of the chain of sensitive content. */
  static Epoch sensitive(
      ObjectId id,
      byte[] publicHalf,
      Instant created,
      Optional<ObjectId> predecessor,
      byte[] root) {
    byte[] proof = SensitiveKeys.proof(root, id, publicHalf);
    return new Epoch(id, publicHalf, created, predecessor, proof);
  }

  /** Whether only sensitive content is sealed to it. */
  boolean isSensitive() {
    return proof != null;
  }

  /** Whether a holder of this sensitive root secret has made it. */
  boolean isProvenBy(byte[] root) {
    return MessageDigest.isEqual(proof, SensitiveKeys.proof(root, id, publicHalf));
  }

  /** It as what is sealed to. */
  KeyRing.Recipient recipient() {
    return new KeyRing.Recipient(id, publicHalf);
  }

  KeyObject encode(SigningKey authority) {
    CborWriter out = new CborWriter().map().key(0).bytes(publicHalf).key(1).time(created);
    predecessor.ifPresent(p -> out.key(2).bytes(p.bytes()));
    if (proof != null) {
      out.key(3).bytes(proof);
    }
    byte[] message = out.end().toByteArray();
    return new KeyObject(
        ObjectKind.EPOCH, id, SignedMessage.sign(authority, ObjectKind.EPOCH, id, message));
  }

  /**
   * Reads an epoch that the authority has signed.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  static Epoch decode(KeyObject object, Authority authority) {
    byte[] message =
        object
            .signedBy(authority)
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    byte @Nullable [] publicHalf = null;
    @Nullable Instant created = null;
    Optional<ObjectId> predecessor = Optional.empty();
    byte @Nullable [] proof = null;
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> publicHalf = in.bytes(SealingKey.SIZE);
          case 1 -> created = in.time();
          case 2 -> predecessor = Optional.of(ObjectId.from(in.view(ObjectId.SIZE)));
          case 3 -> proof = in.bytes(SensitiveKeys.PROOF_SIZE);
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It is not an epoch: " + e.getMessage(), e);
    }
    if (publicHalf == null || created == null) {
      throw KeyDamage.of(object.name(), "It is not an epoch: a field is missing");
    }
    return new Epoch(object.id(), publicHalf, created, predecessor, proof);
  }
}
