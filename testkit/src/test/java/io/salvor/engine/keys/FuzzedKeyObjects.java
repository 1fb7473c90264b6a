package io.salvor.engine.keys;

import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;

/** Opens the parsers of key objects to the fuzzer, behind checksums and signatures. */
public final class FuzzedKeyObjects {
  private static final SigningKey AUTHORITY = SigningKey.of(new byte[32]);

  private FuzzedKeyObjects() {}

  /** A whole object of this kind. */
  public static Object object(ObjectKind kind, byte[] bytes) {
    return KeyObject.decode(kind, id(bytes), bytes);
  }

  private static ObjectId id(byte[] object) {
    byte[] id = Arrays.copyOfRange(Arrays.copyOf(object, Math.max(24, object.length)), 8, 24);
    StringBuilder hex = new StringBuilder();
    for (byte b : id) {
      hex.append("%02x".formatted(b));
    }
    return ObjectId.parse(hex.toString());
  }

  public static Object credential(byte[] message) {
    return Credential.decode(enveloped(ObjectKind.CREDENTIAL, message));
  }

  public static Object epoch(byte[] message) {
    return Epoch.decode(signed(ObjectKind.EPOCH, message), Authority.of(AUTHORITY.publicKey()));
  }

  public static Object grant(byte[] message) {
    return Grant.decode(signed(ObjectKind.GRANT, message), Authority.of(AUTHORITY.publicKey()));
  }

  public static Object writer(byte[] message) {
    return Writer.decode(signed(ObjectKind.WRITER, message), Authority.of(AUTHORITY.publicKey()));
  }

  public static Object census(byte[] message) {
    return Census.decode(signed(ObjectKind.CENSUS, message), AUTHORITY.publicKey());
  }

  public static Object announcement(byte[] message) {
    byte[] signed = signed(ObjectKind.AUTHORITY, message).message();
    return Announcement.decode(
        new KeyObject(ObjectKind.AUTHORITY, new ObjectId(1, 2), signed), message);
  }

  /** A seed of {@link #announcement}. */
  public static byte[] announced() {
    Set<ObjectId> aside = Set.of(new ObjectId(3, 4), new ObjectId(5, 6));
    byte[] message =
        new Announcement(new ObjectId(1, 2), AUTHORITY.publicKey(), aside)
            .encode(Instant.EPOCH, AUTHORITY)
            .message();
    return Arrays.copyOfRange(message, SignedMessage.OVERHEAD, message.length);
  }

  public static Object writerSecrets(byte[] plain) {
    return WriterSecrets.decode(plain);
  }

  /** A seed of {@link #writer}. */
  public static byte[] admission() {
    ObjectId id = new ObjectId(1, 2);
    KeyObject object =
        new Writer(id, AUTHORITY.publicKey(), "host", Instant.EPOCH, id).encode(AUTHORITY);
    return Arrays.copyOfRange(object.message(), SignedMessage.OVERHEAD, object.message().length);
  }

  /** A seed of {@link #census}. */
  public static byte[] counted() {
    byte[] message =
        Census.encode(new ObjectId(1, 2), new byte[32], Instant.EPOCH, AUTHORITY).message();
    return Arrays.copyOfRange(message, SignedMessage.OVERHEAD, message.length);
  }

  /** A seed of {@link #writerSecrets}. */
  public static byte[] derived() {
    return new WriterSecrets(DerivedKeys.of(new byte[32]), AUTHORITY).encode();
  }

  public static Object secrets(byte[] plain) {
    return Secrets.decode(plain);
  }

  private static KeyObject signed(ObjectKind kind, byte[] message) {
    ObjectId id = new ObjectId(1, 2);
    return enveloped(kind, SignedMessage.sign(AUTHORITY, kind, id, message));
  }

  private static KeyObject enveloped(ObjectKind kind, byte[] message) {
    ObjectId id = new ObjectId(1, 2);
    return KeyObject.decode(kind, id, new KeyObject(kind, id, message).encode());
  }
}
