package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The public half of an epoch (docs/format.md §4). */
record Epoch(ObjectId id, byte[] publicHalf, Instant created, Optional<ObjectId> predecessor) {

  KeyObject encode(SigningKey authority) {
    CborWriter out = new CborWriter().map().key(0).bytes(publicHalf).key(1).time(created);
    predecessor.ifPresent(p -> out.key(2).bytes(p.bytes()));
    byte[] message = out.end().toByteArray();
    return new KeyObject(
        ObjectKind.EPOCH, id, SignedMessage.sign(authority, ObjectKind.EPOCH, id, message));
  }

  /**
   * Reads an epoch that the authority has signed.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  static Epoch decode(KeyObject object, byte[] authority) {
    byte[] message =
        SignedMessage.verify(authority, ObjectKind.EPOCH, object.id(), object.message())
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    byte @Nullable [] publicHalf = null;
    @Nullable Instant created = null;
    Optional<ObjectId> predecessor = Optional.empty();
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> publicHalf = in.bytes(SealingKey.SIZE);
          case 1 -> created = in.time();
          case 2 -> predecessor = Optional.of(ObjectId.from(in.view(ObjectId.SIZE)));
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
    return new Epoch(object.id(), publicHalf, created, predecessor);
  }
}
