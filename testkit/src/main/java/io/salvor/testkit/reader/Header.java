package io.salvor.testkit.reader;

import java.util.Arrays;

/**
 * The header of a sealed object (§5).
 *
 * @param keyClass 1 index key, 2 epoch, 3 epoch of sensitive content
 * @param raw all of it
 */
record Header(int kind, Id id, int keyClass, byte[] raw) {
  static final int LONGEST = 128;

  /** Which key class objects of this kind have. */
  static int keyClassOf(int kind) {
    return switch (kind) {
      case 1, 2, 32, 49, 96 -> 2;
      case 3 -> 3;
      default -> 1;
    };
  }

  static Header parse(byte[] object, int kind, Id id) throws DamageException {
    Bytes in = new Bytes(object);
    DamageException.unless(Arrays.equals(in.take(4), Suite.utf8("SLVR")), "not a sealed object");
    int version = in.u8();
    DamageException.unless(version <= 1, "version " + version + " is newer");
    DamageException.unless(version == 1, "there is no version 0");
    DamageException.unless(in.u8() == kind, "it is of another kind");
    DamageException.unless(in.u16() == 1, "its suite is unknown");
    DamageException.unless(in.id().equals(id), "it has another id");
    int keyClass = in.u8();
    DamageException.unless(keyClass == keyClassOf(kind), "it is of another key class");
    zero(in.take(7));
    byte[] epoch = in.take(16);
    if (keyClass == 1) {
      zero(epoch);
    }
    in.take(keyClass == 1 ? 32 : 80);
    return new Header(kind, id, keyClass, Arrays.copyOf(object, object.length - in.left()));
  }

  private static void zero(byte[] bytes) throws DamageException {
    DamageException.unless(Arrays.equals(bytes, new byte[bytes.length]), "reserved bytes are set");
  }

  /** The key of this object. */
  private byte[] objectKey(KeyRing keys) throws DamageException {
    byte[] label = Suite.utf8("salvor/1 object");
    byte[] beginning = Arrays.copyOf(raw, 48);
    byte[] salt = Arrays.copyOfRange(raw, 48, 80);
    if (keyClass == 1) {
      byte[] extracted = Suite.extract(salt, keys.indexKey());
      return Suite.expand(extracted, Bytes.join(label, beginning), 32);
    }
    Id epoch = Id.of(Arrays.copyOfRange(raw, 32, 48));
    byte[] sealed = Arrays.copyOfRange(raw, 80, 128);
    byte[] secret = keyClass == 3 ? keys.sensitiveEpoch(epoch) : keys.epoch(epoch);
    byte[] key = Hpke.open(secret, salt, label, beginning, sealed);
    DamageException.unless(key.length == 32, "its key has not 32 bytes");
    return key;
  }

  /** What decrypts this object's parts (§5.1). */
  Opener opener(KeyRing keys) throws DamageException {
    byte[] key = objectKey(keys);
    byte[] name = Bytes.join(Bytes.bigEndian(kind, 1), Bytes.bigEndian(1, 2), id.bytes());
    return (stream, number, ciphertext) -> {
      DamageException.unless(ciphertext.length >= 16, "it is too short");
      byte[] nonce = Bytes.join(Bytes.bigEndian(stream, 4), Bytes.bigEndian(number, 8));
      return Suite.open(key, nonce, Bytes.join(name, nonce), ciphertext);
    };
  }

  /** Decrypts ciphertext ‖ tag. */
  interface Opener {
    byte[] open(int stream, long number, byte[] ciphertext) throws DamageException;
  }
}
