package io.salvor.testkit.reader;

import java.io.IOException;
import java.util.Arrays;

/** Opens everything that is sealed, but packs (§5.2, §5.3). */
final class SmallObjects {
  private static final int LARGEST = 32 << 20;

  private final Objects objects;
  private final KeyRing keys;

  SmallObjects(Objects objects, KeyRing keys) {
    this.objects = objects;
    this.keys = keys;
  }

  /**
   * An opened object.
   *
   * @param id of the object, or of the session it belongs to
   * @param hash the SHA-256 of the object as it is stored
   */
  record Opened(Id id, byte[] message, byte[] hash) {
    Fields fields() throws DamageException {
      return Fields.parse(message);
    }
  }

  Opened open(String name, int kind) throws IOException {
    return open(objects.read(name), kind, Objects.id(name));
  }

  Opened open(byte[] object, int kind, Id id) throws DamageException {
    DamageException.unless(object.length >= 32, "it is too short");
    byte[] sealed = Arrays.copyOf(object, object.length - 32);
    byte[] sum = Arrays.copyOfRange(object, object.length - 32, object.length);
    DamageException.unless(Arrays.equals(sum, Suite.sha256(sealed)), "the checksum is wrong");
    Header header = Header.parse(sealed, kind, id);
    byte[] plain =
        header
            .opener(keys)
            .open(0, 0, Arrays.copyOfRange(sealed, header.raw().length, sealed.length));
    DamageException.unless(plain.length > 0, "it holds nothing");
    byte[] packed = Arrays.copyOfRange(plain, 1, plain.length);
    byte[] content = Zstandard.unpack(plain[0] & 0xff, packed, 0, LARGEST);
    byte[] message = signedMessage(content, kind, id, object, keys.authority());
    return new Opened(id, message, Suite.sha256(object));
  }

  /** The message, if the authority has signed it. */
  static byte[] signedMessage(byte[] content, int kind, Id id, byte[] object, Authority authority)
      throws DamageException {
    Bytes in = new Bytes(content);
    byte[] signer = in.take(32);
    byte[] signature = in.take(64);
    byte[] message = in.take(in.left());
    DamageException.unless(authority.covers(signer, object), "it is signed by somebody else");
    byte[] covered =
        Bytes.join(
            Suite.utf8("salvor/1 signed"),
            Bytes.bigEndian(kind, 1),
            id.bytes(),
            Suite.sha256(message));
    DamageException.unless(Suite.isSignedBy(signer, covered, signature), "its signature is wrong");
    return message;
  }
}
