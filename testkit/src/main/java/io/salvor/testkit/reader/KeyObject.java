package io.salvor.testkit.reader;

import java.util.Arrays;

/**
 * The envelope of key objects (§4).
 *
 * @param message as it is there: plain for a credential, signed for the others
 * @param raw the whole object
 */
record KeyObject(int kind, Id id, byte[] message, byte[] raw) {
  static final int CREDENTIAL = 160;
  static final int EPOCH = 161;
  static final int GRANT = 162;
  static final int CENSUS = 166;

  static KeyObject parse(byte[] object, int kind, Id id) throws DamageException {
    DamageException.unless(object.length >= 60, "it is too short");
    Bytes in = new Bytes(Arrays.copyOf(object, object.length - 32));
    DamageException.unless(Arrays.equals(in.take(4), Suite.utf8("SLVK")), "not a key object");
    int version = in.u8();
    DamageException.unless(version <= 1, "version " + version + " is newer");
    DamageException.unless(version == 1, "there is no version 0");
    byte[] sum = Arrays.copyOfRange(object, object.length - 32, object.length);
    DamageException.unless(
        Arrays.equals(sum, Suite.sha256(Arrays.copyOf(object, object.length - 32))),
        "the checksum is wrong");
    DamageException.unless(in.u8() == kind, "it is of another kind");
    DamageException.unless(in.u16() == 1, "its suite is unknown");
    DamageException.unless(in.id().equals(id), "it has another id");
    byte[] message = in.take(in.u32());
    in.end();
    return new KeyObject(kind, id, message, object);
  }

  /** The fields of an epoch or a grant, if the authority has signed them. */
  Fields signedBy(Authority authority) throws DamageException {
    return Fields.parse(SmallObjects.signedMessage(message, kind, id, raw, authority));
  }
}
