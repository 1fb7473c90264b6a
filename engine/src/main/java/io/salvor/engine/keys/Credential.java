package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.PassphraseBox;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A passphrase's key object: the private half of a credential behind it (docs/format.md §4). */
record Credential(
    ObjectId id,
    String label,
    Instant created,
    byte[] publicHalf,
    Argon2id cost,
    byte[] salt,
    byte[] payload) {
  private static final int PASSPHRASE = 0;

  /** What the passphrase opens. */
  record Payload(SealingKey key, byte[] authority, byte[] description) {}

  /** Makes a credential for a new key pair, whose private half goes into it. */
  static Credential create(
      ObjectId id,
      String label,
      Instant created,
      Passphrase passphrase,
      Argon2id cost,
      Payload payload,
      SecureRandom random) {
    byte[] salt = new byte[PassphraseBox.SALT_SIZE];
    random.nextBytes(salt);
    byte[] secret = payload.key.privateHalf();
    byte[] plain =
        new CborWriter()
            .map()
            .key(0)
            .bytes(secret)
            .key(1)
            .bytes(payload.authority)
            .key(2)
            .bytes(payload.description)
            .end()
            .toByteArray();
    Arrays.fill(secret, (byte) 0);
    byte[] publicHalf = payload.key.publicHalf();
    byte[] sealed = PassphraseBox.seal(passphrase.bytes(), cost, salt, id, publicHalf, plain);
    Arrays.fill(plain, (byte) 0);
    return new Credential(id, label, created, publicHalf, cost, salt, sealed);
  }

  KeyObject encode() {
    byte[] message =
        new CborWriter()
            .map()
            .key(0)
            .uint(PASSPHRASE)
            .key(1)
            .text(label)
            .key(2)
            .time(created)
            .key(3)
            .bytes(publicHalf)
            .key(4)
            .array()
            .uint(cost.memory())
            .uint(cost.passes())
            .uint(cost.lanes())
            .end()
            .key(5)
            .bytes(salt)
            .key(6)
            .bytes(payload)
            .end()
            .toByteArray();
    return new KeyObject(ObjectKind.CREDENTIAL, id, message);
  }

  /**
   * Reads a credential; empty if it is of a kind that a passphrase does not open.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED
   */
  static Optional<Credential> decode(KeyObject object) {
    try {
      return read(object.id(), new CborReader(object.message()));
    } catch (MalformedException | IllegalArgumentException e) {
      throw KeyDamage.of(object.name(), "It is not a credential: " + e.getMessage(), e);
    }
  }

  /** What it holds, or empty if the passphrase is another one. */
  Optional<Payload> open(Passphrase passphrase) {
    Optional<byte[]> plain;
    try {
      plain = PassphraseBox.open(passphrase.bytes(), cost, salt, id, publicHalf, payload);
    } catch (MalformedException e) {
      throw KeyDamage.of(
          ObjectKind.CREDENTIAL.name(id), "Its payload does not decrypt: it was changed", e);
    }
    return plain.map(this::payload);
  }

  private Payload payload(byte[] plain) {
    byte[] secret = new byte[0];
    byte[] authority = new byte[0];
    byte[] description = new byte[0];
    try {
      CborReader in = new CborReader(plain);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> secret = in.bytes(SealingKey.SIZE);
          case 1 -> authority = in.bytes(32);
          case 2 -> description = in.bytes(Sha256.SIZE);
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(ObjectKind.CREDENTIAL.name(id), "Its payload is malformed", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    if (secret.length == 0 || authority.length == 0 || description.length == 0) {
      throw KeyDamage.of(ObjectKind.CREDENTIAL.name(id), "Its payload lacks a field");
    }
    SealingKey pair = SealingKey.of(secret);
    Arrays.fill(secret, (byte) 0);
    if (!Arrays.equals(pair.publicHalf(), publicHalf)) {
      throw KeyDamage.of(ObjectKind.CREDENTIAL.name(id), "Its two halves do not belong together");
    }
    return new Payload(pair, authority, description);
  }

  private static Optional<Credential> read(ObjectId id, CborReader in) {
    long kind = -1;
    String label = "";
    @Nullable Instant created = null;
    byte @Nullable [] publicHalf = null;
    @Nullable Argon2id cost = null;
    byte @Nullable [] salt = null;
    byte @Nullable [] payload = null;
    in.map();
    for (int key; (key = in.nextKey()) >= 0; ) {
      if (kind > PASSPHRASE) {
        in.skip();
        continue;
      }
      switch (key) {
        case 0 -> kind = in.uint();
        case 1 -> label = in.text();
        case 2 -> created = in.time();
        case 3 -> publicHalf = in.bytes(SealingKey.SIZE);
        case 4 -> {
          in.array(3);
          cost =
              new Argon2id(
                  in.uint(Integer.MAX_VALUE),
                  in.uint(Integer.MAX_VALUE),
                  in.uint(Integer.MAX_VALUE));
        }
        case 5 -> salt = in.bytes(PassphraseBox.SALT_SIZE);
        case 6 -> payload = in.bytes();
        default -> in.skip();
      }
    }
    in.end();
    if (kind > PASSPHRASE) {
      return Optional.empty();
    }
    if (kind < 0
        || created == null
        || publicHalf == null
        || cost == null
        || salt == null
        || payload == null) {
      throw new MalformedException("a field is missing");
    }
    return Optional.of(new Credential(id, label, created, publicHalf, cost, salt, payload));
  }
}
