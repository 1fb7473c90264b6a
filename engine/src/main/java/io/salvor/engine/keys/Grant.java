package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.Hpke;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * The repository's secrets, sealed to a credential (docs/format.md §4).
 *
 * @param publicHalf the credential's, under the authority's signature: who grants more to the
 *     credential seals to this one, for the credential itself is signed by nobody
 * @param epochs the epochs that it holds, ascending: what a credential can open can be told without
 *     opening it
 * @param sensitive the same of sensitive content's epochs; none if the credential does not open it
 */
record Grant(
    ObjectId id,
    ObjectId credential,
    byte[] enc,
    byte[] ciphertext,
    byte[] publicHalf,
    List<ObjectId> epochs,
    List<ObjectId> sensitive) {
  private static final byte[] INFO = "salvor/1 grant".getBytes(StandardCharsets.US_ASCII);

  /** Seals the secrets to a credential's public half. */
  static Grant create(
      ObjectId id, ObjectId credential, byte[] publicHalf, Secrets secrets, SecureRandom random) {
    Hpke.Sealed sealed = seal(id, credential, publicHalf, secrets.encode(), random);
    return new Grant(
        id,
        credential,
        sealed.enc(),
        sealed.ciphertext(),
        publicHalf,
        secrets.epochIds(),
        secrets.sensitiveIds());
  }

  /** Seals a write-only client's secrets to its credential's public half. */
  static Grant create(
      ObjectId id,
      ObjectId credential,
      byte[] publicHalf,
      WriterSecrets secrets,
      SecureRandom random) {
    Hpke.Sealed sealed = seal(id, credential, publicHalf, secrets.encode(), random);
    return new Grant(
        id, credential, sealed.enc(), sealed.ciphertext(), publicHalf, List.of(), List.of());
  }

  private static Hpke.Sealed seal(
      ObjectId id, ObjectId credential, byte[] publicHalf, byte[] plain, SecureRandom random) {
    Hpke.Sealed sealed = Hpke.seal(publicHalf, INFO, associated(credential, id), plain, random);
    Arrays.fill(plain, (byte) 0);
    return sealed;
  }

  KeyObject encode(SigningKey authority) {
    CborWriter out = new CborWriter().map().key(0).bytes(credential.bytes()).key(1).bytes(enc);
    out.key(2).bytes(ciphertext).key(3).bytes(publicHalf);
    ids(out, 4, epochs);
    ids(out, 5, sensitive);
    byte[] message = out.end().toByteArray();
    return new KeyObject(
        ObjectKind.GRANT, id, SignedMessage.sign(authority, ObjectKind.GRANT, id, message));
  }

  private static void ids(CborWriter out, int key, List<ObjectId> epochs) {
    if (!epochs.isEmpty()) {
      out.key(key).array();
      epochs.forEach(epoch -> out.bytes(epoch.bytes()));
      out.end();
    }
  }

  private static List<ObjectId> ids(CborReader in) {
    List<ObjectId> epochs = new ArrayList<>();
    for (int n = in.array(); n > 0; n--) {
      epochs.add(ObjectId.from(in.view(ObjectId.SIZE)));
    }
    return epochs;
  }

  /**
   * Reads a grant that the authority has signed.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  static Grant decode(KeyObject object, Authority authority) {
    byte[] message =
        object
            .signedBy(authority)
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    @Nullable ObjectId credential = null;
    byte @Nullable [] enc = null;
    byte @Nullable [] ciphertext = null;
    byte @Nullable [] publicHalf = null;
    List<ObjectId> epochs = List.of();
    List<ObjectId> sensitive = List.of();
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> credential = ObjectId.from(in.view(ObjectId.SIZE));
          case 1 -> enc = in.bytes(Hpke.ENC_SIZE);
          case 2 -> ciphertext = in.bytes();
          case 3 -> publicHalf = in.bytes(SealingKey.SIZE);
          case 4 -> epochs = ids(in);
          case 5 -> sensitive = ids(in);
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It is not a grant: " + e.getMessage(), e);
    }
    if (credential == null || enc == null || ciphertext == null || publicHalf == null) {
      throw KeyDamage.of(object.name(), "It is not a grant: a field is missing");
    }
    return new Grant(object.id(), credential, enc, ciphertext, publicHalf, epochs, sensitive);
  }

  /** Whether it is a write-only client's, which is granted no epoch. */
  boolean isWriters() {
    return epochs.isEmpty();
  }

  /**
   * Opens a key holder's with the credential's key.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  Secrets open(SealingKey key) {
    return open(
        key,
        plain -> {
          Secrets secrets = Secrets.decode(plain);
          if (!secrets.epochIds().equals(epochs) || !secrets.sensitiveIds().equals(sensitive)) {
            throw new MalformedException("it holds other epochs than it says");
          }
          return secrets;
        });
  }

  /**
   * Opens a write-only client's with the credential's key.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  WriterSecrets openWriters(SealingKey key) {
    return open(key, WriterSecrets::decode);
  }

  private <T> T open(SealingKey key, Function<byte[], T> decode) {
    if (!Arrays.equals(key.publicHalf(), publicHalf)) {
      throw KeyDamage.of(
          ObjectKind.GRANT.name(id), "It names another public half than the credential has");
    }
    byte[] plain;
    try {
      plain = Hpke.open(key, enc, INFO, associated(credential, id), ciphertext);
    } catch (AEADBadTagException e) {
      throw KeyDamage.of(ObjectKind.GRANT.name(id), "It does not decrypt: it was changed", e);
    }
    try {
      return decode.apply(plain);
    } catch (MalformedException e) {
      throw KeyDamage.of(ObjectKind.GRANT.name(id), "It holds no secrets: " + e.getMessage(), e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static byte[] associated(ObjectId credential, ObjectId grant) {
    ByteBuffer out = ByteBuffer.allocate(2 * ObjectId.SIZE);
    credential.to(out);
    grant.to(out);
    return out.array();
  }
}
