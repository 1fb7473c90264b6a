package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A write-only client as the authority has admitted it (docs/format.md §4).
 *
 * @param publicKey with which it signs
 * @param host the only one that it backs up
 * @param credential what it opens the repository with
 */
record Writer(ObjectId id, byte[] publicKey, String host, Instant created, ObjectId credential) {

  KeyObject encode(SigningKey authority) {
    CborWriter out = new CborWriter().map().key(0).bytes(publicKey).key(1).text(host);
    byte[] message = out.key(2).time(created).key(3).bytes(credential.bytes()).end().toByteArray();
    return new KeyObject(
        ObjectKind.WRITER, id, SignedMessage.sign(authority, ObjectKind.WRITER, id, message));
  }

  /**
   * Reads an admission that the authority has signed.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  static Writer decode(KeyObject object, Authority authority) {
    byte[] message =
        object
            .signedBy(authority)
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    byte @Nullable [] publicKey = null;
    String host = "";
    @Nullable Instant created = null;
    @Nullable ObjectId credential = null;
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> publicKey = in.bytes(SigningKey.SIZE);
          case 1 -> host = in.text();
          case 2 -> created = in.time();
          case 3 -> credential = ObjectId.from(in.view(ObjectId.SIZE));
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It admits nobody: " + e.getMessage(), e);
    }
    if (publicKey == null || created == null || credential == null || host.isEmpty()) {
      throw KeyDamage.of(object.name(), "It admits nobody: a field is missing");
    }
    return new Writer(object.id(), publicKey, host, created, credential);
  }
}
