package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.CredentialBox;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A credential's key object: its private half behind a passphrase or a KMS (format.md §4). */
record Credential(
    ObjectId id,
    String label,
    Instant created,
    byte[] publicHalf,
    Protection protection,
    byte[] payload) {
  static final int PASSPHRASE = 0;
  static final int KMS = 1;

  private static final int MAX_WRAPPED = 8192;

  /**
   * What opening it gives.
   *
   * @param ancestry of an authority that has succeeded another
   */
  record Payload(
      SealingKey key, byte[] authority, byte[] description, Optional<Ancestry> ancestry) {
    Payload(SealingKey key, byte[] authority, byte[] description) {
      this(key, authority, description, Optional.empty());
    }
  }

  /**
   * Makes a credential for a new key pair, whose private half goes into it.
   *
   * @param cost of a passphrase
   */
  static Credential create(
      ObjectId id,
      String label,
      Instant created,
      Opener opener,
      Argon2id cost,
      Payload payload,
      SecureRandom random) {
    byte[] secret = payload.key.privateHalf();
    CborWriter out = new CborWriter().map().key(0).bytes(secret);
    out.key(1).bytes(payload.authority).key(2).bytes(payload.description);
    payload.ancestry.ifPresent(ancestry -> ancestry.encode(out.key(3)));
    byte[] plain = out.end().toByteArray();
    Arrays.fill(secret, (byte) 0);
    byte[] publicHalf = payload.key.publicHalf();
    Protection.Made made = Protection.make(opener, cost, id, publicHalf, random);
    byte[] sealed = CredentialBox.seal(made.kek(), id, publicHalf, plain);
    Arrays.fill(made.kek(), (byte) 0);
    Arrays.fill(plain, (byte) 0);
    return new Credential(id, label, created, publicHalf, made.protection(), sealed);
  }

  KeyObject encode() {
    CborWriter out = new CborWriter().map().key(0).uint(protection.kind()).key(1).text(label);
    out.key(2).time(created).key(3).bytes(publicHalf).key(4);
    switch (protection) {
      case Protection.Stretched(Argon2id cost, byte[] salt) -> {
        out.array().uint(cost.memory()).uint(cost.passes()).uint(cost.lanes()).end();
        out.key(5).bytes(salt);
      }
      case Protection.Wrapped(String reference, byte[] key) ->
          out.text(reference).key(5).bytes(key);
    }
    byte[] message = out.key(6).bytes(payload).end().toByteArray();
    return new KeyObject(ObjectKind.CREDENTIAL, id, message);
  }

  /**
   * Reads a credential; empty if it is of a kind that this version does not know.
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

  /**
   * What it holds, or empty if something else opens it.
   *
   * @throws io.salvor.engine.error.SalvorException CREDENTIAL_TOO_COSTLY; KEY_DAMAGED
   */
  Optional<Payload> open(Opener opener) {
    Optional<byte[]> kek = Protection.kek(protection, opener, id, publicHalf);
    if (kek.isEmpty()) {
      return Optional.empty();
    }
    try {
      return CredentialBox.open(kek.get(), id, publicHalf, payload).map(this::payload);
    } catch (MalformedException e) {
      throw KeyDamage.of(
          ObjectKind.CREDENTIAL.name(id), "Its payload does not decrypt: it was changed", e);
    } finally {
      Arrays.fill(kek.get(), (byte) 0);
    }
  }

  private Payload payload(byte[] plain) {
    byte[] secret = new byte[0];
    byte[] authority = new byte[0];
    byte[] description = new byte[0];
    Optional<Ancestry> ancestry = Optional.empty();
    try {
      CborReader in = new CborReader(plain);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> secret = in.bytes(SealingKey.SIZE);
          case 1 -> authority = in.bytes(32);
          case 2 -> description = in.bytes(Sha256.SIZE);
          case 3 -> ancestry = Optional.of(Ancestry.decode(in));
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
    return new Payload(pair, authority, description, ancestry);
  }

  private static Optional<Credential> read(ObjectId id, CborReader in) {
    long kind = -1;
    String label = "";
    @Nullable Instant created = null;
    byte @Nullable [] publicHalf = null;
    @Nullable Argon2id cost = null;
    @Nullable String reference = null;
    byte @Nullable [] secret = null;
    byte @Nullable [] payload = null;
    in.map();
    for (int key; (key = in.nextKey()) >= 0; ) {
      if (kind > KMS) {
        in.skip();
        continue;
      }
      switch (key) {
        case 0 -> kind = in.uint();
        case 1 -> label = in.text();
        case 2 -> created = in.time();
        case 3 -> publicHalf = in.bytes(SealingKey.SIZE);
        case 4 -> {
          if (kind == KMS) {
            reference = in.text();
          } else {
            cost = cost(in);
          }
        }
        case 5 -> secret = kind == KMS ? in.bytes() : in.bytes(CredentialBox.SALT_SIZE);
        case 6 -> payload = in.bytes();
        default -> in.skip();
      }
    }
    in.end();
    if (kind > KMS) {
      return Optional.empty();
    }
    if (kind < 0
        || created == null
        || publicHalf == null
        || (cost == null && reference == null)
        || secret == null
        || secret.length > MAX_WRAPPED
        || payload == null) {
      throw new MalformedException("a field is missing");
    }
    Protection protection =
        cost != null
            ? new Protection.Stretched(cost, secret)
            : new Protection.Wrapped(String.valueOf(reference), secret);
    return Optional.of(new Credential(id, label, created, publicHalf, protection, payload));
  }

  private static Argon2id cost(CborReader in) {
    in.array(3);
    return new Argon2id(
        in.uint(Integer.MAX_VALUE), in.uint(Integer.MAX_VALUE), in.uint(Integer.MAX_VALUE));
  }
}
